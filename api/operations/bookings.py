"""Booking a class: from what somebody asks for to the workflow that carries it."""

from uuid import UUID

from api.operations import organizations
from api.operations.commands import SessionCommands
from api.schemas.sessions import NewSession
from models.course import Course
from models.database import Database
from models.repositories import people
from workflows.commands import Booked, Booking


async def book(
    database: Database, commands: SessionCommands, organization_id: UUID, session_id: UUID, new: NewSession
) -> Booked:
    """Booked again under the same id, it is the class that is there. Holds no connection while the workflow answers.

    Raises BookingInPast, UnknownReference, DoubleBooked, InvalidInput, Unavailable.
    """
    async with database.tenant(organization_id) as db:
        organization = await organizations.organization(db)
        policy = organizations.policy_of(organization)
        students = new.student_ids
        if students is None:
            await people.in_use(db, Course, new.course_id)
            students = await people.enrolled_students(db, new.course_id)
    booking = Booking(
        course_id=new.course_id,
        instructor_id=new.instructor_id,
        student_ids=tuple(students),
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        topic_ids=tuple(new.topic_ids),
        time_zone=new.time_zone or organization.time_zone,
        policy=policy,
        external_id=new.external_id,
    )
    return await commands.book(organization_id, session_id, booking)
