"""The embedded voice engine: a small server of the Realtime protocol that needs no account, no key and no GPU."""

from greenroom.localvoice.settings import LocalVoiceSettings

__all__ = ["LocalVoiceSettings", "serve"]


def serve(settings: LocalVoiceSettings) -> None:
    """Serve until told to stop; see `server.serve`."""
    import os

    # Before numpy is there: its matrices are small here, and threads of its own would only be in the way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from greenroom.localvoice.server import serve as run

    run(settings)
