"""Writes the session's row: booking, moving, cancelling, progress."""

from temporalio import activity

from activities.progress import ProgressWriter, utc_now
from models.database import Database
from services import bookings
from workflows.contracts.common import StepInput
from workflows.contracts.sessions import BookInput, BookResult, CancelInput, MoveInput, Sessions


class SessionActivities(Sessions):
    def __init__(self, database: Database, progress: ProgressWriter) -> None:
        self._database = database
        self._progress = progress

    @activity.defn(name="book_session")
    async def book(self, booking: BookInput) -> BookResult:
        async with self._database.tenant(booking.session.organization_id) as db:
            return BookResult(await bookings.book(db, booking, utc_now()))

    @activity.defn(name="move_session")
    async def move(self, move: MoveInput) -> None:
        async with self._database.tenant(move.session.organization_id) as db:
            await bookings.move(db, move, utc_now())
        await self._progress.write(move)

    @activity.defn(name="cancel_session")
    async def cancel(self, cancel: CancelInput) -> None:
        async with self._database.tenant(cancel.session.organization_id) as db:
            await bookings.cancel(db, cancel)
        await self._progress.write(cancel)

    @activity.defn(name="record_progress")
    async def record_progress(self, step: StepInput) -> None:
        await self._progress.write(step)
