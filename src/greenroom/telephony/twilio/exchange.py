"""Twilio's webhooks: what they tell, and whether it was Twilio who told it."""

import re
from collections.abc import Mapping

from greenroom.ports.telephony import CallNews, Form, NotUnderstood
from greenroom.telephony.twilio import twiml
from greenroom.telephony.twilio.signature import HEADER, is_valid

_CALL_ID = re.compile("CA[0-9A-Za-z]{1,64}").fullmatch
_STATUS = re.compile("[a-z-]{1,20}").fullmatch


class TwilioExchange:
    """Reads what Twilio sends, in the name of one account."""

    signature_header = HEADER

    def __init__(self, auth_token: str) -> None:
        self._auth_token = auth_token

    def is_genuine(self, url: str, form: Form, signature: str) -> bool:
        return is_valid(self._auth_token, url, form, signature)

    def stream(self, url: str, action: str, parameters: Mapping[str, str]) -> str:
        return twiml.stream(url, action, parameters)

    def hang_up(self) -> str:
        return twiml.hang_up()

    def reject(self) -> str:
        return twiml.reject()

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
