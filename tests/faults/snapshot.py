"""All that a school has in the end: its rows, the mails that were delivered, and what Temporal lists of it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus

from domain.record.artefacts import ArtefactStatus
from domain.sessions.states import FINAL_STATES
from models.base import TenantRow
from models.database import Database
from models.documentation import Documentation
from models.exception_case import CaseEntry, ExceptionCase
from models.notice import Notice
from models.record import AttendanceRow
from models.recording import AudioSegmentRow
from models.session import BookedTime, Participant, Session, TimelineRow
from services import artefacts
from tests.stack import TestMail
from workflows.client import case_workflow_id, delivery_workflow_id, session_workflow_id
from workflows.session.search_attributes import ORGANIZATION

_STARTS_BEFORE = timedelta(minutes=5)  # a workflow may run for a while before it has its row

Row = TypeVar("Row", bound=TenantRow)


@dataclass(frozen=True)
class Snapshot:
    taken_at: datetime
    sessions: dict[UUID, Session]
    participants: Sequence[Participant]
    booked: Sequence[BookedTime]
    cases: Sequence[ExceptionCase]
    entries: Sequence[CaseEntry]
    notices: Sequence[Notice]
    attendance: Sequence[AttendanceRow]
    segments: Sequence[AudioSegmentRow]
    documents: dict[UUID, Documentation]  # by session
    timeline: Sequence[TimelineRow]
    artefacts: dict[UUID, list[ArtefactStatus]]  # by session
    mails: dict[str, list[datetime]]  # when each mail was delivered, by its Message-ID
    workflows: list[WorkflowExecution] = field(default_factory=list)

    def cases_of(self, session_id: UUID) -> list[ExceptionCase]:
        return [case for case in self.cases if case.session_id == session_id]

    def waiting(self) -> list[Notice]:
        """The messages that are due and not delivered."""
        return [row for row in self.notices if row.waits and row.send_after < self.taken_at]

    def unfollowed(self) -> list[ExceptionCase]:
        """The cases whose workflows are not told of all changes."""
        return [case for case in self.cases if case.changes > case.followed]

    def unlisted(self) -> list[UUID]:
        """The cases whose workflows Temporal does not list yet, and the classes whose workflows it lists as running."""
        status = {one.id: one.status for one in self.workflows}
        found = [case.id for case in self.cases if case_workflow_id(case.id) not in status]
        return found + [
            session.id
            for session in self.sessions.values()
            if session.state in FINAL_STATES
            and status.get(session_workflow_id(session.id)) != WorkflowExecutionStatus.COMPLETED
        ]


async def take_snapshot(
    database: Database, mail: TestMail, temporal: Client, organization_id: UUID
) -> Snapshot:
    now = datetime.now(UTC)
    async with database.tenant(organization_id) as db:

        async def rows(table: type[Row]) -> Sequence[Row]:
            return (
                await db.scalars(select(table).where(col(table.organization_id) == organization_id))
            ).all()

        sessions = {row.id: row for row in await rows(Session)}
        taken = Snapshot(
            now,
            sessions,
            await rows(Participant),
            await rows(BookedTime),
            await rows(ExceptionCase),
            await rows(CaseEntry),
            await rows(Notice),
            await rows(AttendanceRow),
            await rows(AudioSegmentRow),
            {row.session_id: row for row in await rows(Documentation)},
            await rows(TimelineRow),
            {row.id: await artefacts.of_session(db, row, now) for row in sessions.values()},
            await _mails(mail),
        )
    taken.workflows.extend(await _workflows(temporal, taken, organization_id))
    return taken


async def _mails(mail: TestMail) -> dict[str, list[datetime]]:
    return await asyncio.to_thread(_deliveries, mail.sink.folder)


def _deliveries(folder: Path) -> dict[str, list[datetime]]:
    by_id: dict[str, list[datetime]] = defaultdict(list)
    for path in sorted(folder.glob("*.eml")):
        with path.open("rb") as file:
            message_id = str(BytesHeaderParser().parse(file)["Message-ID"]).strip("<>").partition("@")[0]
        by_id[message_id].append(datetime.fromtimestamp(int(path.stem.partition("-")[0]) / 1e9, UTC))
    return by_id


async def _workflows(temporal: Client, taken: Snapshot, organization_id: UUID) -> list[WorkflowExecution]:
    """Those of the school, of all types: of its rows, and of bookings that were refused."""
    ids = {session_workflow_id(session_id) for session_id in taken.sessions}
    ids |= {case_workflow_id(case.id) for case in taken.cases}
    ids |= {delivery_workflow_id(notice.id) for notice in taken.notices}
    since = min((row.created_at for row in taken.sessions.values()), default=taken.taken_at)
    query = f"StartTime >= '{(since - _STARTS_BEFORE).isoformat()}'"
    searches = tuple(f"substitution-{session_id}" for session_id in taken.sessions)
    return [
        one
        async for one in temporal.list_workflows(query)
        if one.id in ids
        or one.id.startswith(searches or "-")
        or one.typed_search_attributes.get(ORGANIZATION) == str(organization_id)
    ]
