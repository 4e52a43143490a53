"""Writes the session's rows: booking, moving, cancelling, changing its people, progress."""

from temporalio import activity

from activities.progress import ProgressWriter, utc_now
from models.authorship import author
from models.database import Database
from services import bookings
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
        with author(added.by):
            async with self._database.tenant(added.session.organization_id) as db:
                result = await bookings.add_people(db, added, utc_now())
        await self._progress.write(added)
        return result

    @activity.defn(name="remove_people")
    async def remove_people(self, removed: RemovePeopleInput) -> PeopleResult:
        with author(removed.by):
            async with self._database.tenant(removed.session.organization_id) as db:
                result = await bookings.remove_people(db, removed, utc_now())
        await self._progress.write(removed)
        return result

    @activity.defn(name="record_progress")
    async def record_progress(self, step: StepInput) -> None:
        await self._progress.write(step)
