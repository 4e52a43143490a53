"""Speech energy becomes stretches, few enough to record."""

import numpy as np
import pytest

from media_bridge.recorder.talk import MAX_STRETCH_SECONDS, Stretch, TalkDetector

pytestmark = pytest.mark.unit

FRAME = 0.1
SILENCE, SPEECH = 10.0, 3000.0


def stretches(levels: list[tuple[float, float]]) -> list[Stretch]:
    """`levels`: (rms, seconds) one after the other, from clock second 0."""
    detector, at, found = TalkDetector(), 0.0, []
    for rms, seconds in levels:
        for _ in range(round(seconds / FRAME)):
            at += FRAME
            found.append(detector.push(rms, at, FRAME))
    return [s for s in [*found, detector.finish()] if s is not None]


def test_silence_is_no_talk() -> None:
    assert stretches([(SILENCE, 120)]) == []


def test_a_sentence_is_one_stretch_with_its_times() -> None:
    (stretch,) = stretches([(SILENCE, 4), (SPEECH, 3), (SILENCE, 10)])

    assert [stretch.started, stretch.ended] == pytest.approx([4, 7])
    assert stretch.voiced_seconds == pytest.approx(3)


def test_pauses_between_sentences_are_inside_but_do_not_count_as_talk() -> None:
    (stretch,) = stretches([(SPEECH, 2), (SILENCE, 2), (SPEECH, 3), (SILENCE, 10)])

    assert stretch.ended - stretch.started == pytest.approx(7)
    assert stretch.voiced_seconds == pytest.approx(5)


def test_a_click_is_no_talk() -> None:
    assert stretches([(SILENCE, 5), (SPEECH, 0.1), (SILENCE, 10)]) == []


def test_steady_noise_becomes_the_floor_and_speech_stands_out_of_it() -> None:
    found = stretches([(250, 120), (SPEECH, 4), (250, 10)])

    assert [s.voiced_seconds for s in found] == [pytest.approx(4)]


def test_a_long_speech_is_told_in_parts_that_add_up() -> None:
    found = stretches([(SPEECH, 200)])

    assert all(s.ended - s.started <= MAX_STRETCH_SECONDS + FRAME for s in found)
    assert sum(s.voiced_seconds for s in found) == pytest.approx(200)


def test_an_hour_of_lively_talk_makes_some_hundreds_of_stretches() -> None:
    random = np.random.default_rng(7)
    turns = [
        (level, float(seconds))
        for pair in zip(random.uniform(1, 8, 400), random.uniform(0.5, 9, 400), strict=True)
        for level, seconds in zip((SPEECH, SILENCE), pair, strict=True)
    ]

    assert len(stretches(turns)) < 400
