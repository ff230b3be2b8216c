import pytest

from greenroom.scenarios import spoken


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Senior C++ / C# Developer (m/f/d)", "Senior C plus plus or C sharp Developer"),
        ("SENIOR NURSE [remote]", "Senior Nurse"),
        ("REST and HTTPS", "REST and HTTPS"),
        ("<b>Sales & Service</b> Advisor", "Sales and Service Advisor"),
        ("£60k-£70k, 24/7", "60 thousand pounds to 70 thousand pounds, round-the-clock"),
        ("• 5+ years, e.g. retail", "5 or more years, for example retail"),
        ("See https://example.org/jobs?id=1 for more", "See for more"),
        ("Engineer II – Platform", "Engineer two, Platform"),
        ("🔥 Firefighter 🔥", "Firefighter"),
        ("50% of 1–3 shifts", "50 percent of 1 to 3 shifts"),
    ],
)
def test_what_reads_badly_is_put_into_words(written: str, said: str) -> None:
    assert spoken.sayable(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Staff nurse, night shift", "Staff nurse"),
        ("Smith, Jones and Partners", "Smith, Jones and Partners"),
        ("Head of the Department of Very Long Names and More", "Head of the Department of Very"),
        ("(((", "new"),
        ("<script>", "new"),
    ],
)
def test_a_name_is_a_few_words(written: str, said: str) -> None:
    assert spoken.name(written, 6, "new") == said


def test_bullets_lines_and_sentences_are_apart() -> None:
    assert spoken.sentences("We bake bread. You, e.g. a baker, help!\n- 25 kg sacks\n* night shifts;early start\n\n---") == [
        "We bake bread.",
        "You, for example a baker, help!",
        "25 kg sacks",
        "night shifts",
        "early start",
    ]  # fmt: skip


def test_a_long_sentence_is_clipped_at_a_comma() -> None:
    assert spoken.clipped("one two three four, five six", 5) == "one two three four."
