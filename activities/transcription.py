"""Transcribes a class while it runs, segment by segment."""

import asyncio
from collections import deque
from collections.abc import Sequence

import obstore
from obstore.store import ObjectStore
from temporalio import activity

from activities.heartbeats import heartbeats
from activities.progress import utc_now
from domain.intervals import Interval
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance
from domain.sessions.states import SessionState
from models.course import Course
from models.database import Database
from models.repositories import entities, recordings, sessions
from services.transcript_check import check_transcript
from transcription.engine import SpeechEngine
from transcription.hints import speech_hints
from transcription.session_transcriber import SessionTranscriber
from workflows.contracts.common import SessionRef
from workflows.contracts.record import TranscribeInput, TranscribeResult, Transcription

POLL_SECONDS = 1.0
_RECORDING = frozenset({SessionState.OPEN, SessionState.LIVE, SessionState.ENDING})


class TranscriptionActivities(Transcription):
    def __init__(self, database: Database, store: ObjectStore, engine: SpeechEngine) -> None:
        self._database = database
        self._store = store
        self._engine = engine
        self._feeding = 0  # classes whose stored segments wait for their transcript

    @activity.defn(name="transcribe_class")
    async def transcribe(self, transcribe: TranscribeInput) -> TranscribeResult:
        async with heartbeats():
            await self._follow(transcribe)
            async with self._database.tenant(transcribe.session.organization_id) as db:
                await check_transcript(db, transcribe.session, utc_now())
        return await self._result(transcribe.session)

    async def _follow(self, transcribe: TranscribeInput) -> None:
        """Transcribe segments as they are stored. Speech at the end of a segment may continue in the next one."""
        transcribed = await self._transcribed(transcribe.session)
        hints = await self._hints(transcribe.session)
        transcriber = SessionTranscriber(
            self._engine, transcribe.languages, hints=hints, transcribed=transcribed
        )
        fed: set[str] = set()
        left = await self._left_to_compare(transcribe.session)
        while True:
            has_ended = not await self._still_recording(transcribe.session)
            waiting = [s for s in await self._waiting(transcribe.session) if s.key not in fed]
            if waiting:
                await self._feed(transcribe.session, transcriber, waiting)
                fed |= {segment.key for segment in waiting}
            elif has_ended:
                utterances = await asyncio.to_thread(transcriber.finish)
                await self._store_utterances(
                    transcribe.session, utterances, transcriber.take_consumed_segments()
                )
                while left or transcriber.has_numbers_to_compare:
                    await self._compare_numbers(transcribe.session, transcriber, left)
                return
            elif (left or transcriber.has_numbers_to_compare) and not self._feeding:
                await self._compare_numbers(transcribe.session, transcriber, left)
            else:
                await asyncio.sleep(POLL_SECONDS)

    async def _feed(
        self, ref: SessionRef, transcriber: SessionTranscriber, waiting: Sequence[AudioSegment]
    ) -> None:
        self._feeding += 1
        try:
            for segment in waiting:
                audio = await self._audio(segment)
                utterances = await asyncio.to_thread(transcriber.feed, segment, audio)
                await self._store_utterances(ref, utterances, transcriber.take_consumed_segments())
        finally:
            self._feeding -= 1

    async def _audio(self, segment: AudioSegment) -> bytes:
        stored = await obstore.get_async(self._store, segment.key)
        return bytes(await stored.bytes_async())

    async def _compare_numbers(
        self, ref: SessionRef, transcriber: SessionTranscriber, left: deque[Utterance]
    ) -> None:
        """Decode one utterance with numbers a second time. The live text never waits for it."""
        if not transcriber.has_numbers_to_compare:
            utterance = left.popleft()
            async with self._database.tenant(ref.organization_id) as db:
                segments = await recordings.segments_of(db, ref.session_id, utterance)
            audio = [(segment, await self._audio(segment)) for segment in segments]
            await asyncio.to_thread(transcriber.compare_later, utterance, audio)
        compared = await asyncio.to_thread(transcriber.compare_numbers)
        async with self._database.tenant(ref.organization_id) as db:
            await recordings.set_alternatives(db, compared)

    async def _left_to_compare(self, ref: SessionRef) -> deque[Utterance]:
        """The utterances whose numbers an earlier attempt left with its first decoding."""
        async with self._database.tenant(ref.organization_id) as db:
            stored = await recordings.transcript(db, ref.session_id)
        return deque(utterance for utterance in stored if utterance.has_uncompared_numbers)

    async def _still_recording(self, ref: SessionRef) -> bool:
        async with self._database.tenant(ref.organization_id) as db:
            return (await sessions.get_session(db, ref.session_id)).state in _RECORDING

    async def _hints(self, ref: SessionRef) -> tuple[str, ...]:
        """The names of the class's people, its course and its topics. They never leave the worker."""
        async with self._database.tenant(ref.organization_id) as db:
            session = await sessions.get_session(db, ref.session_id)
            people = await sessions.participants(db, ref.session_id)
            course = await entities.get(db, Course, session.course_id)
            topics = await sessions.topics(db, ref.session_id)
        return speech_hints(
            [person.name for person in people], [course.title, *(topic.title for topic in topics)]
        )

    async def _transcribed(self, ref: SessionRef) -> dict[str, list[Interval]]:
        """The spans of the utterances by track that an earlier attempt stored: they are not repeated."""
        async with self._database.tenant(ref.organization_id) as db:
            return await recordings.transcribed_spans(db, ref.session_id)

    async def _waiting(self, ref: SessionRef) -> list[AudioSegment]:
        async with self._database.tenant(ref.organization_id) as db:
            return await recordings.segments(db, ref.session_id, waiting=True)

    async def _store_utterances(
        self, ref: SessionRef, utterances: Sequence[Utterance], consumed: Sequence[AudioSegment]
    ) -> None:
        if not utterances and not consumed:
            return
        async with self._database.tenant(ref.organization_id) as db:
            await recordings.add_utterances(db, ref.organization_id, ref.session_id, utterances)
            await recordings.mark_transcribed(db, [segment.key for segment in consumed])

    async def _result(self, ref: SessionRef) -> TranscribeResult:
        async with self._database.tenant(ref.organization_id) as db:
            utterances = await recordings.transcript(db, ref.session_id)
            segments = await recordings.segments(db, ref.session_id)
        words = sum(len(utterance.words) for utterance in utterances)
        return TranscribeResult(len(utterances), words, len(segments))
