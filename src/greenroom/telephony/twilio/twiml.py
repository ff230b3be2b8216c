"""TwiML: what Twilio is told to do with a call. Built as a tree, so nothing in it needs escaping by hand."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

TOKEN = "token"  # noqa: S105 the parameter's name


def stream(url: str, action: str, parameters: Mapping[str, str]) -> str:
    """Connect the call to a stream; `action` is asked when that ends.

    A stream's URL keeps no query string: what the server must know travels in `<Parameter>` elements.
    """
    response = Element("Response")
    connect = SubElement(response, "Connect", action=action, method="POST")
    element = SubElement(connect, "Stream", url=url)
    for name, value in parameters.items():
        SubElement(element, "Parameter", name=name, value=value)
    return _text(response)


def hang_up() -> str:
    """End the call."""
    response = Element("Response")
    SubElement(response, "Hangup")
    return _text(response)


def reject() -> str:
    """Don't answer: the caller hears that the line is busy, and nobody pays."""
    response = Element("Response")
    SubElement(response, "Reject", reason="busy")
    return _text(response)


def _text(response: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(response, encoding="unicode")
