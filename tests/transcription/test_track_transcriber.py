"""A track transcribed in segments gives the same utterances, however it is cut."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from domain.intervals import Interval
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance
from tests.transcription.speech_samples import clip, track
from transcription.engine import RATE, Sound, SpeechEngine
from transcription.track_transcriber import TrackTranscriber

pytestmark = [pytest.mark.adapter, pytest.mark.filterwarnings("default")]

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def segment(seq: int, start: float, sound: Sound, recorder: str = "r1") -> AudioSegment:
    return AudioSegment(
        organization_id=UUID(int=1),
        session_id=UUID(int=2),
        identity="speaker",
        participant_sid="PA_1",
        track_sid="TR_1",
        recorder_id=recorder,
        seq=seq,
        started_at=START + timedelta(seconds=start),
        samples=len(sound),
        sample_rate=RATE,
        codec="flac",
        key=f"{recorder}-{seq}",
        sha256="",
        size=0,
    )


def pieces(sound: Sound, seconds: float) -> list[tuple[AudioSegment, Sound]]:
    size = int(seconds * RATE)
    cuts = [sound[at : at + size] for at in range(0, len(sound), size)]
    return [(segment(seq, seq * seconds, cut), cut) for seq, cut in enumerate(cuts)]


def transcribed(engine: SpeechEngine, parts: list[tuple[AudioSegment, Sound]]) -> list[Utterance]:
    transcriber = TrackTranscriber(engine, ["en"])
    utterances = [one for part, sound in parts for one in transcriber.feed(part, sound)]
    return utterances + transcriber.finish()


def words(utterances: list[Utterance]) -> list[str]:
    """The words without punctuation, since engines write numbers now as "1, 2", now as "1-2"."""
    return re.findall(r"[a-z]+|\d+", " ".join(one.text.lower() for one in utterances))


@pytest.fixture(scope="module")
def whole(engine: SpeechEngine) -> list[Utterance]:
    """The track in one segment."""
    sound = track()
    return transcribed(engine, [(segment(0, 0, sound), sound)])


@pytest.mark.parametrize("seconds", [2.5, 4, 7.3, 30])
def test_cutting_into_segments_changes_neither_words_nor_times(
    engine: SpeechEngine, whole: list[Utterance], seconds: float
) -> None:
    cut = transcribed(engine, pieces(track(), seconds))
    assert words(cut) == words(whole)
    for one, other in zip(cut, whole, strict=True):
        assert abs((one.starts_at - other.starts_at).total_seconds()) < 0.35


def test_silence_gives_no_utterances(engine: SpeechEngine) -> None:
    noise = np.random.default_rng(1).normal(0, 0.0003, 20 * RATE).astype(np.float32)
    assert transcribed(engine, pieces(noise, 5)) == []


def test_every_segment_is_consumed_exactly_once(engine: SpeechEngine) -> None:
    transcriber, consumed = TrackTranscriber(engine, ["en"]), []
    for part, sound in pieces(track(), 4):
        transcriber.feed(part, sound)
        consumed += transcriber.take_consumed_segments()
    transcriber.finish()
    consumed += transcriber.take_consumed_segments()
    assert [one.seq for one in consumed] == list(range(len(pieces(track(), 4))))


def test_a_gap_ends_an_utterance_and_keeps_times_right(engine: SpeechEngine) -> None:
    first, second = clip("en", "hello_world"), clip("en", "quick_brown_fox")
    parts = [(segment(0, 0, first), first), (segment(0, 60, second, "r2"), second)]
    utterances = transcribed(engine, parts)
    assert [round((one.starts_at - START).total_seconds()) for one in utterances] == [0, 60]


def test_resuming_from_the_first_unconsumed_segment_repeats_nothing(engine: SpeechEngine) -> None:
    parts, transcriber = pieces(track(), 4), TrackTranscriber(engine, ["en"])
    before: list[Utterance] = []
    done: set[str] = set()
    crashes: list[tuple[list[Utterance], set[str]]] = []  # what is stored after each segment
    for part, sound in parts:
        before += transcriber.feed(part, sound)
        done |= {one.key for one in transcriber.take_consumed_segments()}
        crashes.append((list(before), set(done)))
    once = before + transcriber.finish()
    for stored, consumed in crashes[1:-1:2]:
        spans = [Interval(one.starts_at, one.ends_at) for one in stored]
        again = TrackTranscriber(engine, ["en"], transcribed=spans)
        after = [one for part, sound in parts if part.key not in consumed for one in again.feed(part, sound)]
        after += again.finish()
        assert words(stored + after) == words(once), len(stored)
