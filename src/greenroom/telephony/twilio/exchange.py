"""Twilio's webhooks: what they tell, and whether it was Twilio who told it."""

import re

from greenroom.ports.telephony import CallNews, Form, NotUnderstood
from greenroom.telephony.twilio import signature, twiml

_CALL_ID = re.compile("CA[0-9A-Za-z]{1,64}").fullmatch
_STATUS = re.compile("[a-z-]{1,20}").fullmatch


class TwilioExchange:
    """Reads what Twilio sends, in the name of one account."""

    signature_header = signature.HEADER

    def __init__(self, auth_token: str) -> None:
        self._auth_token = auth_token
        self.stream = twiml.stream
        self.hang_up = twiml.hang_up
        self.reject = twiml.reject

    def is_genuine(self, url: str, form: Form, given: str) -> bool:
        return signature.is_valid(self._auth_token, url, form, given)

    def news(self, form: Form) -> CallNews:
        call_id, status, answered_by = (_field(form, name) for name in ("CallSid", "CallStatus", "AnsweredBy"))
        if not _CALL_ID(call_id):
            raise NotUnderstood("a webhook that names no call")
        return CallNews(
            call_id=call_id,
            status=status if _STATUS(status) else None,
            by_machine=answered_by.startswith(("machine", "fax")) if answered_by else None,
            inbound=_field(form, "Direction") in ("", "inbound"),
            caller=_field(form, "From"),
            called=_field(form, "To"),
        )


def _field(form: Form, name: str) -> str:
    values = form.get(name, ())
    return values[0] if values else ""
