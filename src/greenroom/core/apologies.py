"""What a candidate is told when the interviewer can't speak. No address, no setting, nothing they would have to do about it."""

from collections.abc import Mapping

_NOT_YOURS = "Nothing is wrong on your side; whoever runs this server has to put it right."

_APOLOGIES: Mapping[str, str] = {
    "engine_out_of_credit": f"The interviewer can't speak: this server has used up what it may spend. {_NOT_YOURS}",
    "engine_lost": "The line to the interviewer broke and could not be mended. What was said is kept; please try again in a "
    "few minutes.",
    "configuration_timeout": "The interviewer could not be set up in time. Please try again in a few minutes.",
    "voice_locked": "The voice can't change once it was heard.",
}


def apology(code: str) -> str:
    """For an engine's or a configuration's failure of this code."""
    return _APOLOGIES.get(code, f"The interviewer can't speak at the moment. {_NOT_YOURS}")
