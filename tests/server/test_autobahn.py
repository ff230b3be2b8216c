"""The Autobahn cases, run by kosoku against this server's own WebSocket class on its own port."""

import pytest
from kosoku import FailureError, run_fuzzingclient

from tests.server.echo import served

# Two close frames in one flight: whether the second is seen at all is a race that either side may lose.
FLAKY = {"7.1.2"}


@pytest.mark.timeout(60)
async def test_the_servers_sockets_pass_the_autobahn_cases() -> None:
    async with served() as server:
        try:
            results = await run_fuzzingclient(
                server.url + "/echo", ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"]
            )
        except FailureError as failure:
            results = failure.results
        failed = {
            result.case_id: (result.behavior.value, result.behavior_close.value, result.result_close)
            for result in results
            if not result.passed
        }
    assert len(results) > 240
    assert not {case: why for case, why in failed.items() if case not in FLAKY}
