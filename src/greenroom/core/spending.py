"""What a session may cost: counted as it comes, and ended with a farewell when it is used up."""

from greenroom.core import events as e
from greenroom.core import signals as s
from greenroom.core.draft import Draft
from greenroom.core.session import Session


def on_usage(draft: Draft, signal: s.UsageCame) -> None:
    draft.record(e.UsageCounted(signal.purpose, signal.usage))


def is_spent(session: Session) -> bool:
    """Whether all the tokens of this session are used up: what it says next is its farewell."""
    most = session.limits.budget_tokens
    return most > 0 and session.record.spent.tokens >= most


def start_clock(draft: Draft) -> None:
    """The session is connected: from now on it costs time, whether or not anybody speaks."""
    if draft.now.limits.budget_s > 0:
        draft.set_deadline("budget", draft.now.limits.budget_s)
