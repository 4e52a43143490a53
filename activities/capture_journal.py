"""Writes a recorder's reports to the database, and keeps them in memory while it does not answer."""

import asyncio
from datetime import datetime, timedelta

from temporalio import activity

from activities.progress import utc_now
from domain.cases.kinds import ExceptionKind
from domain.errors import Unavailable
from domain.presence.events import EventKind, SessionEvent
from domain.record.recording import AudioSegment
from domain.subjects import Subject
from models.database import Database
from models.repositories import events, recordings
from services.cases import NewCase, open_case
from workflows.client import SessionClient
from workflows.contracts.common import SessionRef
from workflows.session.messages import RecordingSignal

FLUSH_SECONDS = 0.5
GAP_WORTH_A_CASE = timedelta(seconds=15)


class CaptureJournal:
    def __init__(self, database: Database, client: SessionClient, ref: SessionRef) -> None:
        self._database = database
        self._client = client
        self._ref = ref
        self._segments: list[AudioSegment] = []
        self._events: list[SessionEvent] = []
        self.blind_seconds = 0.0

    def add_segments(self, segments: list[AudioSegment]) -> None:
        self._segments.extend(segments)

    def add_event(self, event: SessionEvent) -> None:
        self._events.append(event)
        if event.kind == EventKind.CAPTURE_BLIND:
            self.blind_seconds += _length(event).total_seconds()

    async def keep_writing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.write()
            except Unavailable:
                activity.logger.warning("recorder reports wait for the database")
            except Exception:  # a fault in the rows must not stop the recording
                activity.logger.exception("recorder reports could not be written")

    async def write(self) -> None:
        """Write the waiting segments and events; those that cannot be written stay. Raises Unavailable."""
        segments, observed = list(self._segments), list(self._events)
        if not segments and not observed:
            return
        async with self._database.tenant(self._ref.organization_id) as db:
            await recordings.register(db, segments)
            await events.record(
                db, self._ref.organization_id, [(self._ref.session_id, event) for event in observed]
            )
            for event in observed:
                if event.kind == EventKind.CAPTURE_BLIND and _length(event) > GAP_WORTH_A_CASE:
                    await open_case(db, self._gap_case(event), utc_now())
        del self._segments[: len(segments)], self._events[: len(observed)]

    async def signal_recording(self, recording: bool) -> None:
        await self._client.report_recording(self._ref.session_id, RecordingSignal(recording))

    def _gap_case(self, event: SessionEvent) -> NewCase:
        detail = {"from": event.data["from"], "until": event.data["until"], "reason": event.data["reason"]}
        subject = Subject.session(self._ref.session_id)
        kind = ExceptionKind.RECORDING_GAP
        return NewCase(self._ref.organization_id, subject, kind, event.data["from"], detail)


def _length(event: SessionEvent) -> timedelta:
    return datetime.fromisoformat(event.data["until"]) - datetime.fromisoformat(event.data["from"])
