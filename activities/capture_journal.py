"""Writes a recorder's reports to the database, and keeps them in memory while it does not answer."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.progress import utc_now
from domain.cases.kinds import ExceptionKind
from domain.errors import Unavailable
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.recording import AudioSegment
from media_bridge.recorder.clock import steady_seconds
from models.database import Database
from models.repositories import captures, events, recordings, sessions
from services.cases import NewCase, open_case
from services.recording_coverage import recording_coverage
from workflows.contracts.common import SessionRef

FLUSH_SECONDS = 0.5
GAP_WORTH_A_CASE = timedelta(seconds=15)
GAPS_SECONDS = 60.0  # between two looks for gaps, while there is reason to look


class CaptureJournal:
    def __init__(self, database: Database, ref: SessionRef) -> None:
        self._database = database
        self._ref = ref
        self._segments: list[AudioSegment] = []
        self._events: list[SessionEvent] = []
        self._look_for_gaps_at: float | None = None  # clock seconds; None while nothing was missed
        self._risks: set[str] = set()
        self.known: set[str] = set()  # keys of the segments that are or will be indexed
        self.blind_seconds = 0.0

    def add_segments(self, segments: list[AudioSegment]) -> None:
        self._segments += [segment for segment in segments if segment.key not in self.known]
        self.known |= {segment.key for segment in segments}

    def add_event(self, event: SessionEvent) -> None:
        self._events.append(event)
        if event.kind == EventKind.CAPTURE_BLIND:
            self.blind_seconds += _length(event).total_seconds()
            self._look_for_gaps_at = self._look_for_gaps_at or steady_seconds() + GAPS_SECONDS

    async def keep_writing(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.write()
                await self._look_for_gaps()
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
        del self._segments[: len(segments)], self._events[: len(observed)]

    async def note_recording(self, recording: bool) -> None:
        """Note a recorder's heartbeat, and an event where the record says something else. Raises Unavailable."""
        async with self._database.tenant(self._ref.organization_id) as db:
            if recording:
                kind = EventKind.CAPTURE_RESUMED if await captures.beat(db, self._ref.session_id) else None
            else:
                kind = (
                    EventKind.CAPTURE_LOST if await captures.is_recorded(db, self._ref.session_id) else None
                )
            if kind is not None:
                event = SessionEvent(
                    EventSource.CAPTURE, f"capture:{uuid4().hex}", kind, utc_now(), hidden=True
                )
                await events.record(db, self._ref.organization_id, [(self._ref.session_id, event)])

    async def open_gap_cases(self, now: datetime) -> None:
        """Open a case for each gap of the class so far, counted from what is stored. Raises Unavailable."""
        async with self._database.tenant(self._ref.organization_id) as db:
            session = await sessions.get_session(db, self._ref.session_id)
            coverage = await recording_coverage(db, session, now)
            for gap in coverage.gaps if coverage else ():
                if timedelta(seconds=gap.seconds) >= GAP_WORTH_A_CASE:
                    detail = {"from": gap.start.isoformat(), "until": gap.end.isoformat()}
                    await self._open_case(
                        db,
                        ExceptionKind.RECORDING_GAP,
                        detail["from"],
                        detail | {"people": str(len(gap.speakers))},
                    )

    async def open_risk_cases(self, risks: Sequence[str]) -> None:
        """Open a case for each part that takes no audio: "store" or "disk". Raises Unavailable."""
        for risk in risks:
            if risk not in self._risks:
                async with self._database.tenant(self._ref.organization_id) as db:
                    await self._open_case(db, ExceptionKind.RECORDING_AT_RISK, risk, {"part": risk})
                self._risks.add(risk)

    async def _look_for_gaps(self) -> None:
        if self._look_for_gaps_at is not None and steady_seconds() >= self._look_for_gaps_at:
            self._look_for_gaps_at = steady_seconds() + GAPS_SECONDS
            await self.open_gap_cases(utc_now())

    async def _open_case(
        self, db: AsyncSession, kind: ExceptionKind, occasion: str, detail: Mapping[str, str]
    ) -> None:
        ref = self._ref
        case = NewCase.about_session(ref.organization_id, ref.session_id, kind, occasion, detail)
        await open_case(db, case, utc_now())


def _length(event: SessionEvent) -> timedelta:
    return datetime.fromisoformat(event.data["until"]) - datetime.fromisoformat(event.data["from"])
