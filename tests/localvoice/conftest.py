from collections.abc import Generator

import pytest

from tests.localvoice.fixtures import client, fake_engine, real_client, real_engine, real_models, speaker, transcriber

__all__ = ["client", "fake_engine", "real_client", "real_engine", "real_models", "speaker", "transcriber"]


@pytest.fixture(scope="session")
def engine_port() -> Generator[int]:
    """One engine for all tests of a run, in a process of its own, with the real models."""
    from tests.localvoice.practice import engine_process

    with engine_process() as port:
        yield port
