"""`greenroom phone`: is the phone set up as it must be, and what does a call look like?"""

from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from greenroom.cli.failing import Failed
from greenroom.cli.printing import as_json, printable
from greenroom.cli.reaching import run, server_url, settings

Json = Annotated[bool, Parameter(name="--json", negative=(), show_default=False, help="For a program.")]

TRIAL_NUMBER = "+442079460958"
SIMULATOR_PORT = 8099
HOW_TO = f"""start the server for the simulator first, for instance with

  GREENROOM_PUBLIC_ORIGIN=http://127.0.0.1:8080 \\
  GREENROOM_TWILIO_ACCOUNT_SID=AC{"0" * 32} \\
  GREENROOM_TWILIO_AUTH_TOKEN=simulated \\
  GREENROOM_TWILIO_API_URL=http://127.0.0.1:{SIMULATOR_PORT} \\
  GREENROOM_TWILIO_NUMBERS=+12125550142 \\
  GREENROOM_PHONE_COUNTRIES=GB,US \\
  greenroom serve

and run this with the same settings"""


def check(*, json: Json = False) -> int:
    """Look at the account, the numbers and the way from the provider to this server, and say what to do."""
    from greenroom.cli.phone_check import examine

    found = run(examine(settings()))
    failed = any(finding.status == "fail" for finding in found)
    if json:
        shown = [{"what": f.what, "status": f.status, "found": f.found, "do": f.do} for f in found]
        as_json({"ok": not failed, "findings": shown})
        return int(failed)
    for finding in found:
        print(f"{finding.status:<5} {finding.what}: {printable(finding.found)}")
        if finding.do:
            print(f"      -> {finding.do}")
    return int(failed)


def simulate(
    *,
    inbound: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Call the server, instead of being called by it.")
    ] = False,
    answers: Annotated[
        Literal["person", "machine", "busy", "no-answer", "failed"], Parameter(help="What becomes of the call.")
    ] = "person",
    to: Annotated[str, Parameter(help="The number that the server is asked to call.")] = TRIAL_NUMBER,
    rings: Annotated[float, Parameter(help="Seconds until somebody answers.")] = 2.0,
    talks: Annotated[float, Parameter(help="Seconds until they hang up.")] = 20.0,
    voice: Annotated[
        Path | None, Parameter(help="A WAV file to speak; a piece of it at each turn. Silence without one.")
    ] = None,
    url: Annotated[
        str | None, Parameter(help="The server; by default the one that runs with the settings here.")
    ] = None,
) -> int:
    """Play the provider to a running server: its REST API, its signed webhooks, a stream, and a person."""
    from greenroom.cli.phone_simulation import simulation
    from greenroom.phone_simulator.behaviour import Person

    found = settings()
    phone, server = found.phone, found.server
    if not (phone.twilio_account_sid and phone.twilio_auth_token and server.public_origin):
        raise Failed(f"no phone is set up: {HOW_TO}")
    person = Person(answers, rings, _pieces(voice), talks)
    return run(simulation(found, person, server_url(url), to=to, inbound=inbound))


def _pieces(voice: Path | None) -> list[bytes]:
    if voice is None:
        return []
    from greenroom.audio.g711 import pcm_to_ulaw
    from greenroom.practice_client import recording

    try:
        pcm: Any = recording.load(voice)
    except recording.BadRecording as error:
        raise Failed(str(error)) from None
    return recording.utterances(pcm) or [pcm_to_ulaw(pcm)]
