"""A recorder that hears nobody: it stores a clip of speech again and again, as long as its class has a room."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4, uuid5

import numpy as np
from obstore.exceptions import BaseError
from obstore.store import ObjectStore
from temporalio import activity

from activities.capture_journal import CaptureJournal
from activities.progress import utc_now
from domain.errors import HomeroomError, Unavailable
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.recording import AudioSegment, segment_key, session_prefix
from domain.sessions.states import ROOM_STATES
from media_bridge.recorder.flac import encode_flac
from media_bridge.recorder.upload import store_segment
from models.database import Database
from models.repositories import sessions
from models.repositories.captures import RecorderNow
from tests.transcription.speech_samples import clip, silence
from transcription.engine import RATE, DecodedUtterance, DecodedWord, Sound, SpeechSpan
from workflows.contracts.common import SessionRef
from workflows.contracts.record import Capture, CaptureInput, CaptureResult

_BEAT_SECONDS = 0.5
WORDS = ("we", "add", "fractions")


class RecorderOfClips(Capture):
    def __init__(self, database: Database, store: ObjectStore) -> None:
        self._database = database
        self._store = store
        sound = np.concatenate([silence(0.5), clip("en", "quick_brown_fox"), silence(1)])
        self._pcm = (sound * 32_767).astype(np.int16)
        self._audio = encode_flac(self._pcm, RATE)

    @activity.defn(name="capture_class")
    async def capture(self, capture: CaptureInput) -> CaptureResult:
        ref, journal = capture.session, CaptureJournal(self._database, capture.session)
        beating = asyncio.create_task(_beat(journal))
        try:
            stored = await self._record(ref, journal)
            while True:
                try:
                    await journal.write()
                    await journal.open_gap_cases(utc_now())
                    break
                except Unavailable:
                    await asyncio.sleep(_BEAT_SECONDS)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        return CaptureResult(stored, stored * len(self._pcm) / RATE, 0.0)

    async def _record(self, ref: SessionRef, journal: CaptureJournal) -> int:
        recorder_id, began = uuid4().hex[:8], utc_now()
        speaker = str(uuid5(ref.session_id, "speaker"))  # whose sound says nothing about who is there
        journal.add_event(_event(EventKind.CAPTURE_STARTED, recorder_id, began))
        number, waiting, is_open = 0, list[AudioSegment](), True
        while is_open or waiting:
            is_open = is_open and await self._has_room(ref)
            length = timedelta(seconds=len(self._pcm) / RATE)
            if is_open and utc_now() >= began + (number + 1) * length:
                waiting.append(self._segment(ref, speaker, recorder_id, number, began + number * length))
                number += 1
            waiting = await self._store_all(waiting, journal)
            await asyncio.sleep(_BEAT_SECONDS)
        journal.add_event(_event(EventKind.CAPTURE_ENDED, f"{recorder_id}-end", utc_now()))
        return number

    async def _store_all(
        self, waiting: Sequence[AudioSegment], journal: CaptureJournal
    ) -> list[AudioSegment]:
        left = []
        for segment in waiting:
            try:
                async with asyncio.timeout(3):
                    journal.add_segments([await store_segment(self._store, segment, self._audio)])
            except (BaseError, OSError, HomeroomError):
                left.append(segment)
        return left

    def _segment(
        self, ref: SessionRef, speaker: str, recorder_id: str, number: int, started_at: datetime
    ) -> AudioSegment:
        prefix = session_prefix(ref.organization_id, ref.session_id)
        key = segment_key(prefix, speaker, "TR_1", recorder_id, number, "flac")
        return AudioSegment(
            *(ref.organization_id, ref.session_id, speaker, "PA_1", "TR_1", recorder_id, number, started_at),
            *(len(self._pcm), RATE, "flac", key, "", len(self._audio)),
        )

    async def _has_room(self, ref: SessionRef) -> bool:
        try:
            async with self._database.tenant(ref.organization_id) as db:
                return (await sessions.get_session(db, ref.session_id)).state in ROOM_STATES
        except Unavailable:
            return True


class WordsOfClips:
    """A speech engine that hears the same words in every stretch of speech."""

    name = "clips"

    def decode(
        self,
        sound: Sound,
        spans: Sequence[SpeechSpan],
        languages: Sequence[str],
        hints: Sequence[str] = (),
        *,
        again: bool = False,
    ) -> list[DecodedUtterance]:
        words = tuple(DecodedWord(0, 1, word, 0.9) for word in WORDS)
        return [DecodedUtterance(span, " ".join(WORDS), words, "en", 0.1) for span in spans]


async def _beat(journal: CaptureJournal) -> None:
    fine = RecorderNow(True, connected=True, recorded_ago=timedelta(), heard_ago=timedelta())
    while True:
        activity.heartbeat()
        with suppress(HomeroomError):
            await journal.write()
            await journal.note_recording(fine)
        await asyncio.sleep(_BEAT_SECONDS)


def _event(kind: EventKind, source_id: str, at: datetime) -> SessionEvent:
    return SessionEvent(EventSource.CAPTURE, f"clips:{source_id}", kind, at, hidden=True)
