"""X-Twilio-Signature: HMAC-SHA1 with the auth token, over the public URL and the form's fields in order of their names.

Twilio's own side is not of one mind about a URL's default port, so a signature over the URL with its port and one over
the URL without it are both right. This agrees with `RequestValidator` of the `twilio` package; the tests hold it to that.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from urllib.parse import ParseResult, urlparse

HEADER = "X-Twilio-Signature"


def sign(auth_token: str, url: str, form: Mapping[str, Sequence[str]]) -> str:
    """The signature of a request to exactly this URL."""
    fields = "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    return b64encode(hmac.digest(auth_token.encode(), (url + fields).encode(), "sha1")).decode()


def is_valid(auth_token: str, url: str, form: Mapping[str, Sequence[str]], signature: str) -> bool:
    """Whether Twilio signed this. Takes the same time whatever is wrong with it."""
    given = signature.encode("utf-8", "replace")
    try:
        parts = urlparse(url)
        spellings = (_without_port(parts), _with_port(parts))
        fits = [hmac.compare_digest(sign(auth_token, spelling, form).encode(), given) for spelling in spellings]
    except ValueError:  # no URL, or text that can't be written
        return False
    return any(fits)


def _without_port(url: ParseResult) -> str:
    if not url.port:
        return url.geturl()
    return url._replace(netloc=url.netloc.split(":")[0]).geturl()


def _with_port(url: ParseResult) -> str:
    if url.port:
        return url.geturl()
    usual = 443 if url.scheme == "https" else 80
    return url._replace(netloc=f"{url.netloc}:{usual}").geturl()
