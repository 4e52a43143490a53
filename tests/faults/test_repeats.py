"""What is done again because its answer was lost has its first result and no second effect."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import col, select
from temporalio.client import Client

from domain.cases.following import Reason
from domain.cases.kinds import ExceptionKind
from domain.cases.states import EntryKind
from domain.errors import BookingInPast
from domain.sessions.policies import SessionPolicy
from models.exception_case import CaseEntry
from models.notice import Notice
from services import bookings
from services.case_alerts import CaseAlerts
from services.cases import NewCase, open_case
from tests.activities.school_rows import LINKS, REGION, SchoolRows, now
from workflows.client import DeliveryClient
from workflows.contracts.common import SessionRef
from workflows.contracts.sessions import BookInput

pytestmark = pytest.mark.adapter


async def test_booking_is_repeated_after_the_class_would_have_begun(school: SchoolRows) -> None:
    starts_at = now() + timedelta(days=3)

    async def book(ref: SessionRef, at: timedelta) -> int:
        booking = BookInput(
            *(ref, REGION, school.course_id, (school.people["topic"],), school.people["Ada"]),
            *((school.people["Leo"],), starts_at, starts_at + timedelta(hours=1), "UTC", SessionPolicy()),
            now=starts_at + at,
        )
        async with school.database.tenant(school.id) as db:
            return await bookings.book(db, booking, now())

    ref = SessionRef(school.id, uuid4())
    people = await book(ref, -timedelta(seconds=1))

    assert await book(ref, timedelta(seconds=1)) == people
    with pytest.raises(BookingInPast):
        await book(SessionRef(school.id, uuid4()), timedelta(seconds=1))


async def test_reminder_of_a_case_that_is_repeated_is_told_once(school: SchoolRows, temporal: Client) -> None:
    new = NewCase.about_session(school.id, school.session.session_id, ExceptionKind.ROOM_LOST, "", {}, "1")
    async with school.database.tenant(school.id) as db:
        await open_case(db, new, now())
    (case,) = await school.cases()
    alerts = CaseAlerts(school.database, LINKS, DeliveryClient(temporal, REGION))
    for reminders in (0, 0, 1):
        await alerts.tell(school.id, case.id, Reason.OVERDUE, 0, reminders, now())

    async with school.database.tenant(school.id) as db:
        entries = list(await db.scalars(select(CaseEntry).where(col(CaseEntry.kind) == EntryKind.REMINDED)))
        written = list(await db.scalars(select(Notice).where(col(Notice.kind) == "exception")))
    assert len(entries) == 2
    assert sum(int(entry.detail["people"]) for entry in entries) == len(written) > 0
