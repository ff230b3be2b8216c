import subprocess
import sys

import pytest

from greenroom.core.errors import BadNumber, CountryNotAllowed, GreenroomError, NumberNotAllowed, PhoneNotConfigured
from greenroom.runtime.numbers import NumberPlan, PhoneNumber, Pseudonyms

PLAN = NumberPlan(frozenset({"GB", "US", "DE"}), {"GB": "+442079460000", "*": "+15005550006"})


@pytest.mark.parametrize(
    ("written", "e164", "country"),
    [
        ("+442079460958", "+442079460958", "GB"),
        ("  +44 (0)20 7946-0958 ", "+442079460958", "GB"),
        ("+1 (212) 555-0123", "+12125550123", "US"),
        ("+49 1512 3456789", "+4915123456789", "DE"),
        ("tel:+44-20-7946-0958", "+442079460958", "GB"),
    ],
)
def test_a_number_is_taken_however_it_is_written(written: str, e164: str, country: str) -> None:
    assert PLAN.check(written) == PhoneNumber(e164, country)


@pytest.mark.parametrize(
    ("written", "refusal"),
    [
        ("", BadNumber),
        ("hello", BadNumber),
        ("020 7946 0123", BadNumber),
        ("+44 20 7946", BadNumber),
        ("+999 123456789", BadNumber),
        ("911", BadNumber),
        ("+1911", BadNumber),
        ("+" + "4" * 500, BadNumber),
        ("+33 1 42 68 53 00", CountryNotAllowed),
        ("+1 416 555 0123", CountryNotAllowed),  # Canada has the same code as the United States
        ("+44 909 879 0123", NumberNotAllowed),  # premium rate
        ("+1 900 234 5678", NumberNotAllowed),
        ("+44 843 123 4567", NumberNotAllowed),  # shared cost
        ("+44 70 1234 5678", NumberNotAllowed),  # personal number
        ("+44 800 001 0000", NumberNotAllowed),  # toll-free
        ("+44 76 4012 3456", NumberNotAllowed),  # pager
        ("+44 55 1234 5678", NumberNotAllowed),  # company-wide
        ("+800 1234 5678", NumberNotAllowed),  # international toll-free
        ("+44 20 7946 0000", NumberNotAllowed),  # our own
    ],
)  # fmt: skip
def test_other_numbers_are_refused_and_the_refusal_does_not_repeat_them(
    written: str, refusal: type[GreenroomError]
) -> None:
    with pytest.raises(GreenroomError) as refused:
        PLAN.check(written)
    assert type(refused.value) is refusal
    digits = "".join(char for char in written if char.isdigit())[-6:]
    assert not digits or digits not in "".join(char for char in refused.value.message if char.isdigit())


@pytest.mark.parametrize(
    ("written", "groups"),
    [
        ("+442079460958", "+44 ## #### ####"),
        ("+4407400123456", "+44 #### ######"),
        ("+12125550123", "+1 ###-###-####"),
        ("+4915123456789", "+49 #### #######"),
    ],
)
def test_how_a_number_is_written_is_told_without_the_number(written: str, groups: str) -> None:
    assert PLAN.check(written).groups == groups


def test_each_country_has_an_example_with_its_code() -> None:
    examples = PLAN.examples()
    assert {country: example.split()[0] for country, example in examples.items()} == {
        "DE": "+49",
        "GB": "+44",
        "US": "+1",
    }
    for country, example in examples.items():
        assert PLAN.check(example).country == country


def test_calls_come_from_the_number_of_the_country_or_from_the_one_for_the_rest() -> None:
    assert PLAN.caller_for(PLAN.check("+442079460958")) == "+442079460000"
    assert PLAN.caller_for(PLAN.check("+12125550123")) == "+15005550006"
    one = NumberPlan(frozenset({"GB", "US"}), {"US": "+15005550006"})
    assert one.caller_for(one.check("+442079460958")) == "+15005550006"
    with pytest.raises(PhoneNotConfigured):
        NumberPlan(frozenset({"GB"}), {}).caller_for(PhoneNumber("+442079460958", "GB"))


def test_what_prints_a_number_shows_two_digits() -> None:
    number = PLAN.check("+442079460958")
    for shown in (repr(number), str(number), f"{number}"):
        assert "58" in shown or "GB" in shown
        assert "0958" not in shown


def test_pseudonyms_need_the_secret_and_tell_numbers_and_addresses_apart() -> None:
    one, other = Pseudonyms("a secret"), Pseudonyms("another")
    name = one.of_number("+442079460958")
    assert name == Pseudonyms("a secret").of_number("+442079460958")
    assert len({name, other.of_number("+442079460958"), one.of_address("+442079460958")}) == 3
    assert len(name) == 32


def test_nothing_imports_phonenumbers_before_a_number_is_looked_at() -> None:
    program = "import sys, greenroom.wiring, greenroom.cli.app; print('phonenumbers' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=15)
    assert done.stdout.strip() == "False"
