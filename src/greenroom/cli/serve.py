"""`greenroom serve`."""

from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter


def serve(
    *,
    host: Annotated[str | None, Parameter(help="Address to listen on, instead of GREENROOM_HOST.")] = None,
    port: Annotated[
        int | None, Parameter(help="Port to listen on, instead of GREENROOM_PORT; 0 takes any free one.")
    ] = None,
) -> int:
    """Start the server, with the embedded voice engine unless another is set."""
    from greenroom.cli.failing import Failed
    from greenroom.cli.reaching import settings
    from greenroom.config import ConfigurationError

    if port is not None and not 0 <= port <= 65535:
        raise Failed(f"{port} is not a port, 0 to 65535")
    found = settings()
    server = found.server
    if host is not None:
        server = replace(server, host=host)
    if port is not None:
        server = replace(server, port=port)
    from greenroom import wiring
    from greenroom.ports.store import StoreError

    try:
        return wiring.serve(replace(found, server=server))
    except (ConfigurationError, StoreError) as error:
        raise Failed(str(error)) from None
    except OSError as error:
        raise Failed(f"{server.host}:{server.port} can't be listened on: {error.strerror or error}") from None
