"""All commands in one, and what becomes of their failures.

Exit codes: 0 fine, 1 failed, 2 not understood, 130 interrupted.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import version

from cyclopts import App, CycloptsError

from greenroom.cli import phone, scenario, sessions
from greenroom.cli.call import call
from greenroom.cli.check import check
from greenroom.cli.doctor import doctor
from greenroom.cli.failing import Failed
from greenroom.cli.localvoice import localvoice
from greenroom.cli.serve import serve

FINE = 0
FAILED = 1
NOT_UNDERSTOOD = 2
INTERRUPTED = 130

app = App(
    name="greenroom",
    help="A self-hosted server for AI voice practice calls.",
    version=lambda: version("greenroom"),
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)
app.command(serve)
app.command(localvoice)
app.command(call)
app.command(doctor)
app.command(check)

_sessions = App(name="sessions", help="List, watch, end and erase the sessions of a running server.")
_sessions.command(sessions.list_sessions, name="list")
for command in (sessions.show, sessions.watch, sessions.end, sessions.erase, sessions.reset):
    _sessions.command(command)
app.command(_sessions)

_phone = App(name="phone", help="Check the phone, and try it without an account.")
_phone.command(phone.check)
_phone.command(phone.simulate)
app.command(_phone)

_scenario = App(name="scenario", help="Check scenarios of your own, and try any in text.")
_scenario.command(scenario.check)
_scenario.command(scenario.try_, name="try")
app.command(_scenario)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Expected failures are one line on standard error, never a traceback."""
    try:
        result = app(
            sys.argv[1:] if arguments is None else list(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except CycloptsError as error:
        say(f"{' '.join(str(error).split())}\nTry: greenroom {' '.join([*(error.command_chain or ()), '--help'])}")
        return NOT_UNDERSTOOD
    except Failed as failure:
        say(str(failure))
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has read enough.
        sys.stderr.close()
        return FINE
    return result if isinstance(result, int) else FINE


def say(text: str) -> None:
    print(f"greenroom: {text}", file=sys.stderr)
