"""The live transcript does not wait for what only the review needs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Event

import numpy as np
import pytest
from obstore.store import MemoryStore

from activities.transcription import TranscriptionActivities
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance
from domain.sessions.states import SessionState
from media_bridge.recorder.flac import encode_flac
from models.repositories import recordings
from tests.activities.school_rows import SchoolRows, run
from tests.transcription.speech_samples import clip, silence
from transcription.engine import RATE, DecodedUtterance, DecodedWord, Sound, SpeechSpan
from workflows.contracts.late_audio import LateTranscript
from workflows.contracts.record import TranscribeInput

pytestmark = pytest.mark.adapter


@dataclass
class Engine:
    """Hears page 115, and at the second time, once it is let, page 118."""

    name: str = "scripted"
    again_begun: Event = field(default_factory=Event)
    let: Event = field(default_factory=Event)
    second_seconds: list[float] = field(default_factory=list)  # of sound decoded again, once it was let

    def decode(
        self,
        sound: Sound,
        spans: Sequence[SpeechSpan],
        languages: Sequence[str],
        hints: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> list[DecodedUtterance]:
        if again:
            self.again_begun.set()
            assert self.let.wait(60)
            self.second_seconds.append(len(sound) / RATE)
        words = ("page", "118" if again else "115")
        return [
            DecodedUtterance(
                span, " ".join(words), tuple(DecodedWord(0, 1, word, 0.9) for word in words), "en", 0.1
            )
            for span in spans
        ]


async def stored_segments(school: SchoolRows, store: MemoryStore) -> list[AudioSegment]:
    """Two segments of one track with an utterance each."""
    sound = np.concatenate([silence(1), clip("en", "quick_brown_fox"), silence(3)])
    pcm = (sound * 32_767).astype(np.int16)
    first = AudioSegment(
        organization_id=school.id,
        session_id=school.session.session_id,
        identity=str(school.people["Ada"]),
        participant_sid="PA_1",
        track_sid="TR_1",
        recorder_id="r1",
        seq=0,
        started_at=(await school.row()).starts_at,
        samples=len(pcm),
        sample_rate=RATE,
        codec="flac",
        key="r1-0",
        sha256="",
        size=0,
    )
    second = replace(first, seq=1, key="r1-1", started_at=first.ended_at)
    for segment in (first, second):
        await store.put_async(segment.key, encode_flac(pcm, RATE))
    async with school.database.tenant(school.id) as db:
        await recordings.register(db, [first, second])
    return [first, second]


async def transcript(school: SchoolRows) -> list[Utterance]:
    async with school.database.tenant(school.id) as db:
        return await recordings.transcript(db, school.session.session_id)


async def alternatives(school: SchoolRows) -> list[list[str | None]]:
    return [[word.alternative for word in one.words] for one in await transcript(school)]


async def test_live_text_is_stored_before_its_numbers_are_decoded_again(school: SchoolRows) -> None:
    store, engine = MemoryStore(), Engine()
    await school.change_session(state=SessionState.LIVE)
    await stored_segments(school, store)
    activities = TranscriptionActivities(school.database, store, engine)
    transcribing = asyncio.create_task(
        run(activities.transcribe, TranscribeInput(school.session, languages=("en",)))
    )
    try:
        assert await asyncio.to_thread(engine.again_begun.wait, 60)
        live = await transcript(school)
        assert [one.text for one in live] == ["page 115"] * 2
        assert all(word.alternative is None for one in live for word in one.words)
    finally:
        engine.let.set()
    await school.change_session(state=SessionState.DOCUMENTING)
    await transcribing
    assert await alternatives(school) == [[None, "118"]] * 2


async def test_numbers_that_a_lost_worker_did_not_compare_are_compared_by_the_next(
    school: SchoolRows,
) -> None:
    store, engine = MemoryStore(), Engine()
    await school.change_session(state=SessionState.LIVE)
    await stored_segments(school, store)
    transcribe = TranscribeInput(school.session, languages=("en",))
    lost = asyncio.create_task(
        run(TranscriptionActivities(school.database, store, engine).transcribe, transcribe)
    )
    assert await asyncio.to_thread(engine.again_begun.wait, 60)
    lost.cancel()
    await asyncio.gather(lost, return_exceptions=True)
    assert await alternatives(school) == [[None, None]] * 2
    engine.let.set()
    await school.change_session(state=SessionState.DOCUMENTING)
    await run(TranscriptionActivities(school.database, store, engine).transcribe, transcribe)
    assert await alternatives(school) == [[None, "118"]] * 2
    spoken = [(one.ends_at - one.starts_at).total_seconds() for one in await transcript(school)]
    assert engine.second_seconds[-2:] == pytest.approx(spoken, abs=0.01)


async def late_utterances(school: SchoolRows) -> list[Utterance]:
    async with school.database.tenant(school.id) as db:
        late = await recordings.late_segments(db, school.session.session_id)
        said = await recordings.transcript(db, school.session.session_id)
    return [one for one in said if any(segment.holds(one) for segment in late)]


async def test_audio_that_came_late_is_transcribed_and_marked(school: SchoolRows) -> None:
    store, engine = MemoryStore(), Engine()
    engine.let.set()
    activities = TranscriptionActivities(school.database, store, engine)
    await school.change_session(state=SessionState.DOCUMENTING, live_at=school.starts_at)
    first, second = await stored_segments(school, store)
    async with school.database.tenant(school.id) as db:
        await recordings.mark_transcribed(db, [first.key])
    assert await run(activities.transcribe_late, school.session) == LateTranscript(waits=True)
    assert await transcript(school) == [], "the class transcribes them itself"
    await school.change_session(state=SessionState.FILING)
    assert await run(activities.transcribe_late, school.session) == LateTranscript(waits=True)
    assert await transcript(school) == [], "without a draft, it is documented once it is closed"

    await school.change_session(state=SessionState.REVIEW)
    for _ in range(2):
        assert await run(activities.transcribe_late, school.session) == LateTranscript(waits=False)
    (said,) = await transcript(school)
    assert second.started_at < said.starts_at < second.ended_at
    assert await late_utterances(school) == [said]
    assert await alternatives(school) == [[None, "118"]]


async def test_late_audio_that_cannot_be_read_keeps_nothing_else_from_being_transcribed(
    school: SchoolRows,
) -> None:
    store, engine = MemoryStore(), Engine()
    engine.let.set()
    await school.change_session(state=SessionState.CLOSED, live_at=school.starts_at)
    first, _ = await stored_segments(school, store)
    await store.put_async(first.key, b"no sound")
    await run(TranscriptionActivities(school.database, store, engine).transcribe_late, school.session)
    assert len(await transcript(school)) == 1
    async with school.database.tenant(school.id) as db:
        assert await recordings.segments(db, school.session.session_id, waiting=True) == []


async def test_audio_of_a_class_that_was_not_taught_is_not_transcribed(school: SchoolRows) -> None:
    store = MemoryStore()
    await school.change_session(state=SessionState.CLOSED)
    await stored_segments(school, store)
    activities = TranscriptionActivities(school.database, store, Engine())
    assert await run(activities.transcribe_late, school.session) == LateTranscript(waits=False)
    assert await transcript(school) == []
