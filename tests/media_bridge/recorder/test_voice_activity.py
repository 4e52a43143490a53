"""The voice activity detector turns frame levels into few enough speech spans to store."""

import numpy as np
import pytest

from media_bridge.recorder.voice_activity import MAX_SPAN_SECONDS, SpeechSpan, VoiceActivityDetector

pytestmark = pytest.mark.unit

FRAME = 0.1
SILENCE, SPEECH = 10.0, 3000.0


def speech_spans(levels: list[tuple[float, float]]) -> list[SpeechSpan]:
    """The speech spans in consecutive levels, given as (rms, seconds) from clock second 0."""
    detector, at, spans = VoiceActivityDetector(), 0.0, []
    for rms, seconds in levels:
        for _ in range(round(seconds / FRAME)):
            at += FRAME
            spans.append(detector.push(rms, at, FRAME))
    return [s for s in [*spans, detector.finish()] if s is not None]


def test_silence_is_not_speech() -> None:
    assert speech_spans([(SILENCE, 120)]) == []


def test_a_sentence_becomes_one_span() -> None:
    (span,) = speech_spans([(SILENCE, 4), (SPEECH, 3), (SILENCE, 10)])

    assert [span.started, span.ended] == pytest.approx([4, 7])
    assert span.voiced_seconds == pytest.approx(3)


def test_short_pauses_are_inside_a_span_but_not_counted_as_voiced() -> None:
    (span,) = speech_spans([(SPEECH, 2), (SILENCE, 2), (SPEECH, 3), (SILENCE, 10)])

    assert span.ended - span.started == pytest.approx(7)
    assert span.voiced_seconds == pytest.approx(5)


def test_a_click_is_not_speech() -> None:
    assert speech_spans([(SILENCE, 5), (SPEECH, 0.1), (SILENCE, 10)]) == []


def test_steady_noise_raises_the_floor_and_only_speech_is_detected() -> None:
    spans = speech_spans([(250, 120), (SPEECH, 4), (250, 10)])

    assert [s.voiced_seconds for s in spans] == [pytest.approx(4)]


def test_long_speech_is_split_into_spans_that_add_up() -> None:
    spans = speech_spans([(SPEECH, 200)])

    assert all(s.ended - s.started <= MAX_SPAN_SECONDS + FRAME for s in spans)
    assert sum(s.voiced_seconds for s in spans) == pytest.approx(200)


def test_an_hour_of_lively_talk_gives_at_most_some_hundreds_of_spans() -> None:
    random = np.random.default_rng(7)
    turns = [
        (level, float(seconds))
        for pair in zip(random.uniform(1, 8, 400), random.uniform(0.5, 9, 400), strict=True)
        for level, seconds in zip((SPEECH, SILENCE), pair, strict=True)
    ]

    assert len(speech_spans(turns)) < 400
