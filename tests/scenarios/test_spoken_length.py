"""A farewell is played to its last mark within eight seconds; measured with the embedded voice."""

import pytest

from greenroom.scenarios.customer_service import plan as customer_service
from greenroom.scenarios.job_interview import plan as job_interview

FAREWELLS = [
    customer_service.tables()["spoken"]["farewell"],
    *(farewell for style in job_interview.tables()["styles"].values() for farewell in style["farewells"]),
]


@pytest.mark.speech
def test_every_farewell_is_spoken_in_under_seven_seconds() -> None:
    pytest.importorskip("hibari")
    from greenroom.localvoice.text_to_speech import SAMPLE_RATE_HZ, Hibari, sentences

    voice = Hibari()
    for farewell in FAREWELLS:
        assert len(farewell.split()) <= 20
        assert sum(len(voice.speak(sentence)) for sentence in sentences(farewell)) / SAMPLE_RATE_HZ < 7, farewell
