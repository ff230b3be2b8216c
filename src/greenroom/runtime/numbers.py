"""Phone numbers: which may be called, from which of ours, and what is kept of them.

A number lives in memory from the request that names it to the call; kept are a keyed hash and its two last digits.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from greenroom.core.errors import BadNumber, CountryNotAllowed, NumberNotAllowed, PhoneNotConfigured

FALLBACK = "*"
LONGEST_TEXT = 40
_KEY_CHARS = 32


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number that may be called. What prints it shows the two last digits."""

    e164: str = field(repr=False)
    country: str
    """ISO 3166."""
    groups: str = field(default="", compare=False)
    """How it is written, `+44 ## #### ####`: the number itself is told to nobody, not even to whoever asks about it."""

    @property
    def ends(self) -> str:
        return self.e164[-2:]

    def __str__(self) -> str:
        return f"…{self.ends}"


class NumberPlan:
    """Whom this server calls, and from which numbers."""

    def __init__(self, countries: frozenset[str], callers: Mapping[str, str]) -> None:
        self.countries = countries
        self._callers = callers

    def warm_up(self) -> None:
        """What the first look at a number would take its time for; on a thread of its own."""
        import phonenumbers

        for country in self.countries:
            phonenumbers.example_number(country)

    def examples(self) -> dict[str, str]:
        """By country: a mobile number as it is written, such as `+44 7400 123456`, which is nobody's. The first use takes its
        time: not on the event loop."""
        import phonenumbers

        found: dict[str, str] = {}
        for country in sorted(self.countries):
            number = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
            if number is not None:
                found[country] = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        return found

    def check(self, text: str) -> PhoneNumber:
        """The number that somebody wrote, with or without spaces. Raises `BadNumber`, `CountryNotAllowed`,
        `NumberNotAllowed`. The first use takes a tenth of a second: not on the event loop."""
        import phonenumbers
        from phonenumbers import PhoneNumberType as Kind

        try:
            parsed = phonenumbers.parse(text[:LONGEST_TEXT], None)
        except phonenumbers.NumberParseException:
            raise BadNumber("write the number with its country's code, such as +44 20 7946 0958") from None
        country = phonenumbers.region_code_for_number(parsed)
        if not phonenumbers.is_valid_number(parsed) or not country:
            raise BadNumber("there is no such phone number")
        kind = phonenumbers.number_type(parsed)
        if kind not in (Kind.FIXED_LINE, Kind.MOBILE, Kind.FIXED_LINE_OR_MOBILE, Kind.VOIP):
            # Among them what costs more than a call, and what calls nobody.
            raise NumberNotAllowed("numbers of this kind are not called from here")
        if country not in self.countries:
            raise CountryNotAllowed("numbers of this country are not called from here")
        e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        if e164 in self._callers.values():
            raise NumberNotAllowed("this is the number that calls come from")
        code = f"+{parsed.country_code}"
        written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        return PhoneNumber(e164, country, code + re.sub(r"\d", "#", written.removeprefix(code)))

    def caller_for(self, number: PhoneNumber) -> str:
        """Ours that the call comes from: its country's, else the one for the rest, else any. Raises
        `PhoneNotConfigured`."""
        callers = self._callers
        chosen = callers.get(number.country) or callers.get(FALLBACK) or next(iter(callers.values()), None)
        if chosen is None:
            raise PhoneNotConfigured("no number is set up that calls could come from")
        return chosen


class Pseudonyms:
    """Names for numbers and addresses that tell nothing to anybody without the server's secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def of_number(self, e164: str) -> str:
        return self._of("number", e164)

    def of_address(self, address: str) -> str:
        return self._of("address", address)

    def _of(self, kind: str, value: str) -> str:
        return hmac.digest(self._secret, f"{kind}:{value}".encode(), "sha256").hex()[:_KEY_CHARS]
