"""What a server says that something has cost, in the session's terms. Pure."""

from greenroom.core.usage import Usage
from greenroom.realtime import conversations as conv

_NONE = conv.TokenDetails()


def of_reply(told: conv.Usage) -> Usage:
    """Of one `response.done`. Where it is not told what the cached tokens were, they count as text."""
    given, made = told.input_token_details or _NONE, told.output_token_details or _NONE
    cached = given.cached_tokens_details or conv.TokenDetails(text_tokens=given.cached_tokens)
    total = told.total_tokens
    return Usage(
        tokens=(told.input_tokens or 0) + (told.output_tokens or 0) if total is None else total,
        input_text_tokens=given.text_tokens or 0,
        input_audio_tokens=given.audio_tokens or 0,
        cached_text_tokens=cached.text_tokens or 0,
        cached_audio_tokens=cached.audio_tokens or 0,
        output_text_tokens=made.text_tokens or 0,
        output_audio_tokens=made.audio_tokens or 0,
    )


def of_transcript(told: conv.TokensUsage | conv.DurationUsage) -> Usage:
    """Of one transcript: paid for by tokens or by time, as the model goes."""
    if isinstance(told, conv.DurationUsage):
        return Usage(seconds=told.seconds)
    given = told.input_token_details or _NONE
    return Usage(
        tokens=told.total_tokens,
        input_text_tokens=given.text_tokens or 0,
        input_audio_tokens=given.audio_tokens or 0,
        output_text_tokens=told.output_tokens,
    )
