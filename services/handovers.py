"""Gives booked classes to other instructors, who have agreed to the plan or series that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import StaleRevision, TransitionRefused
from domain.scheduling.booking_rules import Override
from domain.sessions.states import SessionState
from models.database import Database
from models.people import Instructor
from models.repositories import booked_times, entities, series, sessions, substitutions, time_holds
from models.session import Session
from services import instructor_rules
from services.clashes import named_refusals
from services.substitution_notices import SubstitutionNotices
from services.substitutions import swap_instructor
from workflows.client import SessionClient
from workflows.session.messages import InstructorChanged


@dataclass(frozen=True)
class Handover:
    session_id: UUID
    former_id: UUID | None  # who has the class; None: whoever it is
    instructor_id: UUID


class Handovers:
    def __init__(self, database: Database, client: SessionClient, notices: SubstitutionNotices) -> None:
        self._database = database
        self._client = client
        self._notices = notices

    async def hand_over(
        self,
        organization_id: UUID,
        session_id: UUID,
        instructor_id: UUID,
        occasion: str,
        now: datetime,
        *,
        overrides: bool = False,
        act_id: UUID | None = None,
    ) -> None:
        """Let this instructor teach a class that has not begun; families and both instructors are told.

        Nobody is told twice of one `occasion`; for `act_id` see SubstitutionNotices.taken_over. With `overrides` the
        reason of the class's series sets rules about the instructor aside, as in its bookings. Raises DoubleBooked,
        InstructorUnavailable, UnknownReference, Unavailable; then nothing is changed.
        """
        wanted = [Handover(session_id, None, instructor_id)]
        async with (
            named_refusals(self._database, organization_id),
            self._database.tenant(organization_id) as db,
        ):
            scheduled = await self._hand_over(db, wanted, occasion, now, act_id, overrides=overrides)
        await self._report(scheduled)

    async def hand_over_together(
        self,
        organization_id: UUID,
        wanted: Sequence[Handover],
        occasion: str,
        now: datetime,
        act_id: UUID | None = None,
    ) -> None:
        """Let instructors take over classes that have not begun, all in one transaction, so that they can also swap.

        Classes that their instructors have already are left as they are. Raises TransitionRefused for a class for which
        a substitute is looked for, StaleRevision for one that somebody else teaches by now, DoubleBooked,
        InstructorUnavailable, UnknownReference, Unavailable; then nothing is changed.
        """
        async with (
            named_refusals(self._database, organization_id),
            self._database.tenant(organization_id) as db,
        ):
            scheduled = await self._hand_over(db, wanted, occasion, now, act_id, beside_searches=True)
        await self._report(scheduled)

    async def _hand_over(
        self,
        db: AsyncSession,
        wanted: Sequence[Handover],
        occasion: str,
        now: datetime,
        act_id: UUID | None,
        *,
        overrides: bool = False,
        beside_searches: bool = False,
    ) -> list[Handover]:
        """Returns those whose classes have not begun. `beside_searches`: searches for substitutes go on."""
        # In the order of their ids, so that two calls at once wait for each other.
        ordered = sorted(wanted, key=lambda one: one.session_id)
        classes = {one.session_id: await sessions.lock(db, one.session_id) for one in ordered}
        scheduled = [one for one in ordered if classes[one.session_id].state == SessionState.SCHEDULED]
        changing = [one for one in scheduled if classes[one.session_id].instructor_id != one.instructor_id]
        for one in changing:
            session = classes[one.session_id]
            if one.former_id not in (None, session.instructor_id):
                raise StaleRevision("somebody else teaches this class by now")
            if beside_searches and await substitutions.searching(db, session.id):
                raise TransitionRefused(
                    "a substitute is being looked for", next_step="Wait for it, or end the search first."
                )
        former = {one.session_id: classes[one.session_id].instructor_id for one in changing}
        await booked_times.lock_people(db, {*former.values(), *(one.instructor_id for one in changing)})
        for one in changing:  # all are free before the first is taken: two may have each other's time
            await time_holds.release_class(db, one.session_id)
            await sessions.release_time_of(db, one.session_id, [former[one.session_id]])
        for one in changing:
            instructor = await entities.in_use(db, Instructor, one.instructor_id)
            await swap_instructor(db, classes[one.session_id], instructor, now)
        for one in changing:
            session = classes[one.session_id]
            await self._check(db, session, overrides=overrides)
            await self._notices.taken_over(db, session, occasion, former[session.id], now, act_id)
        return scheduled

    async def _check(self, db: AsyncSession, session: Session, *, overrides: bool) -> None:
        reason = await series.override_reason_of(db, session.id) if overrides else None
        override = Override(reason, of_series=True) if reason else None
        await instructor_rules.check_instructor(db, session, override=override)

    async def _report(self, scheduled: Sequence[Handover]) -> None:
        for one in scheduled:
            await self._client.report_instructor(one.session_id, InstructorChanged(one.instructor_id))
