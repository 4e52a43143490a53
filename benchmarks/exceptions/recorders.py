"""Simulated recorders of many classes: they report as workers do, and fail in every way that a recording can.

What is simulated is what recorders say, at the times at which they would say it. The watch, the cases and their
workflows, and the mails are the product's.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from activities.capture import BEAT_SECONDS, DISK_RISK, STORE_RISK
from activities.capture_journal import CaptureJournal
from benchmarks.watch.classes import RunningClass
from domain.cases.kinds import ExceptionKind
from domain.presence.events import EventKind, EventSource, SessionEvent
from media_bridge.recorder.deaf_tracks import UNHEARD_SECONDS
from models.database import Database
from models.repositories import captures, events
from models.repositories.captures import RecorderNow
from models.session import Session
from models.written_sessions import WRITES_SESSIONS
from workflows.contracts.common import SessionRef

_STARVED_SECONDS = 4.0  # until a recorder says that no packet comes
_FINE = sa.text("""
    update live_room set capture_seen_at = now(), capture_report = jsonb_build_object(
        'at', now(), 'connected', true, 'receives', true, 'unheard_tracks', 0, 'recorded_at', now(),
        'recording_since', coalesce(jsonb_strip_nulls(capture_report) -> 'recording_since', to_jsonb(now())),
        'heard_at', now(),
        'hearing_since', coalesce(jsonb_strip_nulls(capture_report) -> 'hearing_since', to_jsonb(now())))
    where session_id = any(:fine)
""")


# The class goes live at this moment, and no recorder has ever reported on it.
_NEVER_RECORDED = sa.text("""
    with live as (update session set live_at = :at where id = :session_id)
    update live_room set capture_started_at = null, capture_seen_at = null, capture_report = '{}'
    where session_id = :session_id
""")


class Failure(StrEnum):
    """What happens to a recording."""

    NEVER_STARTS = "no recorder ever starts"
    RECORDER_DIES = "recorder, worker or machine dies"
    ROOM_IS_LOST = "recorder falls out of the room"
    NO_PACKETS = "no packet of anybody comes"
    TRACK_UNHEARD = "one track is not subscribed"
    STORE_REFUSES = "the store takes nothing"
    DISK_IS_FULL = "the worker's disk is full"


KINDS = {
    Failure.NEVER_STARTS: ExceptionKind.RECORDING_MISSING,
    Failure.RECORDER_DIES: ExceptionKind.RECORDING_MISSING,
    Failure.ROOM_IS_LOST: ExceptionKind.RECORDING_MISSING,
    Failure.NO_PACKETS: ExceptionKind.RECORDING_MISSING,
    Failure.TRACK_UNHEARD: ExceptionKind.TRACK_NOT_SUBSCRIBED,
    Failure.STORE_REFUSES: ExceptionKind.RECORDING_AT_RISK,
    Failure.DISK_IS_FULL: ExceptionKind.RECORDING_AT_RISK,
}
_RISKS = {Failure.STORE_REFUSES: ("store", STORE_RISK), Failure.DISK_IS_FULL: ("disk", DISK_RISK)}
_SAYS = {
    Failure.ROOM_IS_LOST: (0.0, RecorderNow(False, connected=False)),
    Failure.NO_PACKETS: (_STARVED_SECONDS, RecorderNow(False, connected=True, receives=False)),
    Failure.TRACK_UNHEARD: (
        UNHEARD_SECONDS,
        RecorderNow(False, connected=True, unheard_tracks=1, recorded_ago=timedelta()),
    ),
}


@dataclass
class Recorders:
    """One for each class. All but those that fail are fine."""

    database: Database
    classes: Sequence[RunningClass]
    _failing: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)  # by session

    async def begin(self) -> None:
        """Each class has been live and recorded for a minute."""
        live_at = datetime.now(UTC) - timedelta(minutes=1)
        for organization_id, own in self._by_organization().items():
            started = [
                (
                    one.session_id,
                    SessionEvent(EventSource.CAPTURE, "on", EventKind.CAPTURE_STARTED, live_at, hidden=True),
                )
                for one in own
            ]
            async with self.database.tenant(organization_id) as db:
                await events.record(db, organization_id, started)
                await db.execute(
                    sa.update(Session)
                    .where(col(Session.organization_id) == organization_id)
                    .values(live_at=live_at, starts_at=live_at, ends_at=live_at + timedelta(hours=2))
                )
        await self.report()

    async def report_regularly(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self.report()

    async def report(self) -> None:
        for organization_id, own in self._by_organization().items():
            fine = [one.session_id for one in own if one.session_id not in self._failing]
            async with self.database.tenant(organization_id) as db:
                await db.execute(_FINE, {"fine": fine}, execution_options={WRITES_SESSIONS: set()})

    async def fail(self, one: RunningClass, how: Failure) -> datetime:
        """From now on; returns when."""
        at = datetime.now(UTC)
        self._failing[one.session_id] = asyncio.create_task(self._go_wrong(one, how, at))
        return at

    async def heal(self, one: RunningClass, how: Failure) -> None:
        task = self._failing.pop(one.session_id)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if how in _RISKS:
            await CaptureJournal(self.database, _ref(one)).all_is_stored()

    async def _go_wrong(self, one: RunningClass, how: Failure, at: datetime) -> None:
        if how in _RISKS:
            await self._wait_for_store(one, *_RISKS[how], at)
        elif how in _SAYS:
            notices_after, says = _SAYS[how]
            await asyncio.sleep(notices_after)
            while True:
                async with self.database.tenant(one.organization_id) as db:
                    await captures.report(db, one.session_id, says)
                await asyncio.sleep(BEAT_SECONDS)
        else:
            if how == Failure.NEVER_STARTS:
                await self._never_recorded(one, at)
            await asyncio.Event().wait()

    async def _never_recorded(self, one: RunningClass, at: datetime) -> None:
        values = {"session_id": one.session_id, "at": at}
        async with self.database.tenant(one.organization_id) as db:
            await db.execute(_NEVER_RECORDED, values, execution_options={WRITES_SESSIONS: set()})

    async def _wait_for_store(
        self, one: RunningClass, part: str, patience: timedelta, since: datetime
    ) -> None:
        """As the monitor of a recorder tells it, which records all the while."""
        journal = CaptureJournal(self.database, _ref(one))
        fine = RecorderNow(True, connected=True, recorded_ago=timedelta(), heard_ago=timedelta())
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await journal.note_recording(fine)
            waiting = {part: since}
            lasting = waiting if datetime.now(UTC) - since > patience else {}
            await journal.note_risks(lasting, waiting)

    def _by_organization(self) -> dict[UUID, list[RunningClass]]:
        found: dict[UUID, list[RunningClass]] = {}
        for one in self.classes:
            found.setdefault(one.organization_id, []).append(one)
        return found


def _ref(one: RunningClass) -> SessionRef:
    return SessionRef(one.organization_id, one.session_id)
