"""Our signature check against the `twilio` package's own, on requests as they come and as nobody would send them."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from greenroom.telephony.twilio.signature import is_valid, sign

AUTH_TOKEN = "12345"


class Fields(dict[str, list[str]]):
    """A form as the validator takes one in which names repeat."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


hosts = st.sampled_from(["practice.example", "a.b-c.example", "localhost", "127.0.0.1", "xn--bcher-kva.example"])
ports = st.one_of(st.just(""), st.just(":"), st.integers(0, 70_000).map(":{}".format), st.just(":443"), st.just(":80"))
paths = st.one_of(
    st.sampled_from(["", "/", "/twiml", "/twilio/status", "/a/../b", "//x", "/p;", "/p;v=1", "/%7Eme/é", "/a b"]),
    st.text("abc/;:@%20.~é", max_size=20).map(lambda text: "/" + text),
)
odd_queries = st.sampled_from(
    ["?", "?&", "?a", "?a=", "?=b", "?a=1&a=2", "?a=1;b=2", "?q=%zz", "?q=%E2%82%AC", "?q=a+b", "?q=a%20b", "?u=http://x:8443/y",
     "?#", "#f", "?a=1#f", "?a=?b", "?a[]=1&a[]=2", "?bodySHA256=x"]
)  # fmt: skip
queries = st.one_of(
    st.just(""),
    odd_queries,
    st.dictionaries(st.text(max_size=6), st.text(max_size=10), max_size=3).map(lambda given: "?" + urlencode(given)),
    st.text("abc=&?%+;:/#é ", max_size=20).map(lambda text: "?" + text),
)
schemes = st.sampled_from(["https://", "http://", "wss://", "ws://"])
urls = st.tuples(schemes, hosts, ports, paths, queries).map("".join)
texts = st.one_of(
    st.text(max_size=12), st.sampled_from(["CallSid", "From", "To", "+15005550006", "", "é", "€ 5", "a=b&c"])
)
forms = st.dictionaries(texts, st.lists(texts, min_size=1, max_size=3), max_size=5)


def theirs(url: str, form: Mapping[str, Sequence[str]], signature: str) -> bool:
    fields = Fields({name: list(values) for name, values in form.items()})
    try:
        return bool(RequestValidator(AUTH_TOKEN).validate(url, fields, signature))
    except ValueError:
        return False  # it does not say no to a port that is none, it fails


def spelt(url: str) -> list[str]:
    """The URL as it is, and with its port put in or left out, as a sender may have signed it."""
    scheme, _, rest = url.partition("://")
    netloc = rest
    for mark in "/?#":
        netloc = netloc.partition(mark)[0]
    host, rest = netloc.partition(":")[0], rest[len(netloc) :]
    return [url, *(f"{scheme}://{host}{port}{rest}" for port in ("", ":443", ":80"))]


@settings(max_examples=700, deadline=None)
@given(urls, forms, st.data())
@example("https://practice.example:8443/twiml?", {}, None)
def test_what_the_validator_accepts_is_accepted_and_nothing_else(
    url: str, form: dict[str, list[str]], data: st.DataObject | None
) -> None:
    for signed in spelt(url):
        fields = Fields(form)
        signature: str = RequestValidator(AUTH_TOKEN).compute_signature(signed, fields)
        assert is_valid(AUTH_TOKEN, url, form, signature) == theirs(url, form, signature)
        assert sign(AUTH_TOKEN, signed, form) == signature
        other = "https://elsewhere.example/" if data is None else data.draw(urls)
        assert is_valid(AUTH_TOKEN, other, form, signature) == theirs(other, form, signature)


@settings(max_examples=300, deadline=None)
@given(urls, forms, forms, st.text(max_size=30))
def test_forgeries_are_refused_by_both(
    url: str, form: dict[str, list[str]], other: dict[str, list[str]], guess: str
) -> None:
    signature = sign(AUTH_TOKEN, url, form)
    for forged, content, with_signature in (
        (url, other, signature),
        (url, form, guess),
        (url, form, sign("another token", url, form)),
        (url, form, signature[:-2]),
        (url, form, signature.lower()),
        (url, form, ""),
    ):
        try:
            expected = theirs(forged, content, with_signature)
        except TypeError:
            expected = False
        assert is_valid(AUTH_TOKEN, forged, content, with_signature) == expected


def test_an_example_from_the_documentation_of_the_scheme() -> None:
    form = {"CallSid": ["CA1234567890ABCDE"], "Caller": ["+14158675309"], "Digits": ["1234"], "From": ["+14158675309"], "To": ["+18005551212"]}  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign(AUTH_TOKEN, url, form) == RequestValidator(AUTH_TOKEN).compute_signature(
        url, {name: values[0] for name, values in form.items()}
    )


@pytest.mark.parametrize(
    ("signed", "asked", "fits"),
    [
        ("https://a.example/x", "https://a.example:443/x", True),
        ("https://a.example:443/x", "https://a.example/x", True),
        ("https://a.example:8443/x", "https://a.example:8443/x", True),
        ("https://a.example/x", "https://a.example:8443/x", True),
        ("https://a.example:8443/x", "https://a.example/x", False),
        ("http://a.example/x", "https://a.example/x", False),
        ("https://b.example/x", "https://a.example/x", False),
        ("https://a.example/x", "https://a.example/x?y=1", False),
        ("wss://a.example/call", "wss://a.example/call", True),
    ],
)
def test_the_default_port_may_be_named_or_not_and_everything_else_must_fit(signed: str, asked: str, fits: bool) -> None:
    signature = sign(AUTH_TOKEN, signed, {})
    assert is_valid(AUTH_TOKEN, asked, {}, signature) is fits
    assert theirs(asked, {}, signature) is fits
