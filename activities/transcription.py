"""Transcribes a class while it runs, segment by segment."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence

import obstore
from obstore.store import ObjectStore
from temporalio import activity

from activities.heartbeats import heartbeats
from activities.progress import utc_now
from domain.errors import MalformedEvent
from domain.intervals import Interval
from domain.record.recording import AudioSegment
from domain.record.transcript import Utterance
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import DOCUMENTED_STATES, FINAL_STATES, SessionState
from models.course import Course
from models.database import Database
from models.repositories import documents, entities, recordings, sessions
from models.session import Session
from services.transcript_check import check_transcript
from transcription.engine import SpeechEngine
from transcription.hints import speech_hints
from transcription.session_transcriber import SessionTranscriber
from workflows.contracts.common import SessionRef
from workflows.contracts.late_audio import LateTranscript, LateTranscription
from workflows.contracts.record import TranscribeInput, TranscribeResult, Transcription

POLL_SECONDS = 1.0
_RECORDING = frozenset({SessionState.OPEN, SessionState.LIVE, SessionState.ENDING})
_log = logging.getLogger(__name__)


class TranscriptionActivities(Transcription, LateTranscription):
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

    @activity.defn(name="transcribe_late_audio")
    async def transcribe_late(self, ref: SessionRef) -> LateTranscript:
        session = await self._session(ref)
        if session.state not in DOCUMENTED_STATES:
            return LateTranscript(waits=session.state not in FINAL_STATES)
        if session.state == SessionState.FILING and not await self._is_drafted(ref):
            return LateTranscript(waits=True)  # it is documented once it is closed
        waiting = await self._waiting(ref) if session.live_at else []
        if waiting:
            languages = SessionPolicy.model_validate(session.policy).languages
            async with heartbeats():
                await self._catch_up(ref, await self._transcriber(ref, languages), waiting)
        return LateTranscript(waits=False)

    async def _catch_up(
        self, ref: SessionRef, transcriber: SessionTranscriber, waiting: Sequence[AudioSegment]
    ) -> None:
        """Transcribe these segments, until the class is reopened: its own transcription takes them then."""
        for segment in waiting:
            if (await self._session(ref)).state not in DOCUMENTED_STATES:
                return
            try:
                await self._feed(ref, transcriber, [segment], is_late=True)
            except MalformedEvent:
                _log.error("a segment cannot be read", extra={"session_id": str(ref.session_id)})
                await self._store_utterances(ref, (), [segment], is_late=True)
        utterances = await asyncio.to_thread(transcriber.finish)
        await self._store_utterances(ref, utterances, transcriber.take_consumed_segments(), is_late=True)
        while transcriber.has_numbers_to_compare:
            await self._compare_numbers(ref, transcriber, deque())

    async def _transcriber(self, ref: SessionRef, languages: Sequence[str]) -> SessionTranscriber:
        transcribed = await self._transcribed(ref)
        hints = await self._hints(ref)
        return SessionTranscriber(self._engine, languages, hints=hints, transcribed=transcribed)

    async def _follow(self, transcribe: TranscribeInput) -> None:
        """Transcribe segments as they are stored. Speech at the end of a segment may continue in the next one."""
        transcriber = await self._transcriber(transcribe.session, transcribe.languages)
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
        self,
        ref: SessionRef,
        transcriber: SessionTranscriber,
        waiting: Sequence[AudioSegment],
        *,
        is_late: bool = False,
    ) -> None:
        self._feeding += 1
        try:
            for segment in waiting:
                audio = await self._audio(segment)
                utterances = await asyncio.to_thread(transcriber.feed, segment, audio)
                consumed = transcriber.take_consumed_segments()
                await self._store_utterances(ref, utterances, consumed, is_late=is_late)
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
        return (await self._session(ref)).state in _RECORDING

    async def _session(self, ref: SessionRef) -> Session:
        async with self._database.tenant(ref.organization_id) as db:
            return await sessions.get_session(db, ref.session_id)

    async def _is_drafted(self, ref: SessionRef) -> bool:
        async with self._database.tenant(ref.organization_id) as db:
            return await documents.documentation(db, ref.session_id) is not None

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
        self,
        ref: SessionRef,
        utterances: Sequence[Utterance],
        consumed: Sequence[AudioSegment],
        *,
        is_late: bool = False,
    ) -> None:
        """`is_late`: the class was documented without these segments."""
        if not utterances and not consumed:
            return
        async with self._database.tenant(ref.organization_id) as db:
            await recordings.add_utterances(db, ref.organization_id, ref.session_id, utterances)
            late_at = utc_now() if is_late else None
            await recordings.mark_transcribed(db, [segment.key for segment in consumed], late_at)

    async def _result(self, ref: SessionRef) -> TranscribeResult:
        async with self._database.tenant(ref.organization_id) as db:
            utterances = await recordings.transcript(db, ref.session_id)
            segments = await recordings.segments(db, ref.session_id)
        words = sum(len(utterance.words) for utterance in utterances)
        return TranscribeResult(len(utterances), words, len(segments))
