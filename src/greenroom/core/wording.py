"""What a language model is told to say, in its own words. Pure.

The director decides; a model may word what it decided. Where the exact words matter (the farewell, a repetition, a
question to be answered with yes or no) there is no intent, and nothing to word.
"""


def intent_of(kind: str, text: str, asks: str) -> str:
    """The intent of a line, for a model; empty when its words are fixed. `asks`: the question that it must ask."""
    match kind:
        case "question":
            return (
                "Acknowledge in a few words what the candidate said, without grading it. Then ask exactly one question, "
                f"this one: {asks}"
            )
        case "probe":
            return (
                "Acknowledge in a few words what the candidate said, without grading it. Then ask exactly one short question "
                f"about what was missing, this one: {asks}"
            )
        case "answer":
            return (
                "Answer in one sentence what the candidate asked, only from the material in your instructions, or say that it "
                f"does not say. Then go on as here: {text}"
            )
        case _:
            return ""
