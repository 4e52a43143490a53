"""Writes the session's rows: booking, moving, cancelling, changing its people, progress."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.progress import ProgressWriter, utc_now
from models.authorship import author
from models.database import Database
from services import bookings, command_outcomes
from services.substitution_notices import SubstitutionNotices
from workflows.contracts.common import StepInput
from workflows.contracts.sessions import (
    AddPeopleInput,
    BookInput,
    BookResult,
    CancelInput,
    MoveInput,
    PeopleResult,
    RemovePeopleInput,
    Sessions,
)

PeopleChange = TypeVar("PeopleChange", AddPeopleInput, RemovePeopleInput)
ApplyPeople = Callable[[AsyncSession, PeopleChange, datetime], Awaitable[PeopleResult]]
_RESULT = TypeAdapter(PeopleResult)


@dataclass(frozen=True)
class _Author:
    organization_id: UUID
    actor: str


class SessionActivities(Sessions):
    def __init__(self, database: Database, progress: ProgressWriter, notices: SubstitutionNotices) -> None:
        self._database = database
        self._progress = progress
        self._notices = notices

    @activity.defn(name="book_session")
    async def book(self, booking: BookInput) -> BookResult:
        with author(booking.by):
            async with self._database.tenant(booking.session.organization_id) as db:
                return BookResult(await bookings.book(db, booking, utc_now()))

    @activity.defn(name="move_session")
    async def move(self, move: MoveInput) -> None:
        with author(move.by):
            async with self._database.tenant(move.session.organization_id) as db:
                await bookings.move(db, move, self._notices, utc_now())
        await self._progress.write(move)

    @activity.defn(name="cancel_session")
    async def cancel(self, cancel: CancelInput) -> None:
        with author(cancel.by):
            async with self._database.tenant(cancel.session.organization_id) as db:
                await bookings.cancel(db, cancel, utc_now())
            await self._progress.write(cancel)

    @activity.defn(name="add_people")
    async def add_people(self, added: AddPeopleInput) -> PeopleResult:
        return await self._change_people(added, "add", bookings.add_people)

    @activity.defn(name="remove_people")
    async def remove_people(self, removed: RemovePeopleInput) -> PeopleResult:
        return await self._change_people(removed, "remove", bookings.remove_people)

    async def _change_people(
        self, change: PeopleChange, name: str, apply: ApplyPeople[PeopleChange]
    ) -> PeopleResult:
        """All attempts of one update return whom the first that was committed has changed.

        Who is told, disconnected and counted follows from it, and its answer may be lost.
        """
        session = change.session
        who = _Author(session.organization_id, change.by)
        step = f"{name} {session.session_id} {change.update_id}" if change.update_id else ""
        with author(change.by):
            async with self._database.tenant(session.organization_id) as db:
                now = utc_now()
                known = await command_outcomes.earlier(db, who, step, now)
                if known is None:
                    result = await apply(db, change, now)
                    await command_outcomes.keep(db, who, step, _RESULT.dump_python(result, mode="json"))
                else:
                    result = _RESULT.validate_python(known)
        await self._progress.write(change)
        return result

    @activity.defn(name="record_progress")
    async def record_progress(self, step: StepInput) -> None:
        await self._progress.write(step)
