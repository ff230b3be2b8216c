from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from greenroom.telephony.twilio import twiml

printable = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=40)


@given(printable, printable, st.dictionaries(st.sampled_from(["token", "a", "b"]), printable))
def test_whatever_is_put_in_comes_out_as_it_was(url: str, action: str, parameters: dict[str, str]) -> None:
    response = ET.fromstring(twiml.stream(url, action, parameters))
    connect = response[0]
    assert (response.tag, connect.tag, connect.get("action"), connect.get("method")) == (
        "Response",
        "Connect",
        action,
        "POST",
    )
    assert (connect[0].tag, connect[0].get("url")) == ("Stream", url)
    assert {entry.get("name"): entry.get("value") for entry in connect[0]} == parameters


def test_what_the_twilio_package_would_write_is_what_is_written() -> None:
    from twilio.twiml.voice_response import Connect, VoiceResponse

    response = VoiceResponse()
    connect = Connect(action="https://a.example/twilio/resume?session=1&n=2", method="POST")
    stream: Any = connect.stream(url="wss://a.example/call")
    stream.parameter(name="token", value='<"&>')
    response.append(connect)
    ours = twiml.stream("wss://a.example/call", "https://a.example/twilio/resume?session=1&n=2", {"token": '<"&>'})
    assert ET.canonicalize(ours) == ET.canonicalize(str(response))


def test_a_call_is_ended_or_not_taken_in_twilios_words() -> None:
    from twilio.twiml.voice_response import VoiceResponse

    ended, rejected = VoiceResponse(), VoiceResponse()
    ended.hangup()
    rejected.reject(reason="busy")
    assert ET.canonicalize(twiml.hang_up()) == ET.canonicalize(str(ended))
    assert ET.canonicalize(twiml.reject()) == ET.canonicalize(str(rejected))
