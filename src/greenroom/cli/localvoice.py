"""`greenroom localvoice`."""

from typing import Annotated

from cyclopts import Parameter


def localvoice(
    *,
    host: Annotated[str, Parameter(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, Parameter(help="Port, instead of GREENROOM_LOCALVOICE_PORT; 0 takes any free one.")
    ] = None,
) -> int:
    """Run the embedded voice engine by itself: a server of the Realtime protocol that any SDK can talk to."""
    from greenroom.cli.failing import Failed
    from greenroom.cli.reaching import settings

    found = settings()
    at = found.engine.localvoice_port if port is None else port
    if not 0 <= at <= 65535:
        raise Failed(f"{at} is not a port, 0 to 65535")
    from greenroom.localvoice import LocalVoiceSettings, serve
    from greenroom.localvoice.models import ModelsMissing

    llm = found.llm
    try:
        serve(LocalVoiceSettings(host=host, port=at, llm_url=llm.url, llm_model=llm.model, llm_key=llm.key))
    except ModelsMissing as missing:
        raise Failed(str(missing)) from None
    except OSError as error:
        raise Failed(f"{host}:{at} can't be listened on: {error.strerror or error}") from None
    return 0
