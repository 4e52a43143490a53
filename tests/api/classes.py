"""Inserts organizations with sessions directly into the database, for tests that record events."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from models.database import Database
from models.session import Session
from services.inputs.courses import NewCourse
from services.inputs.organizations import NewOrganization
from services.inputs.people import NewInstructor
from services.organizations import make_organization
from services.resources.catalogue import COURSES, INSTRUCTORS


async def make_classes(database: Database, organizations: int, each: int) -> dict[UUID, UUID]:
    """Makes organizations with sessions; returns each session's organization, in order of organizations."""
    made = [await _organization(database, each) for _ in range(organizations)]
    pairs = (pair for organization, sessions in made for pair in ((s, organization) for s in sessions))
    return dict(pairs)


async def _organization(database: Database, sessions: int) -> tuple[UUID, list[UUID]]:
    now = datetime.now(UTC)
    tenant = (
        await make_organization(database, NewOrganization(name="School"), "local", uuid7(), uuid7(), now)
    ).row.organization_id
    async with database.tenant(tenant) as db:
        teacher = NewInstructor(name="Ada", email="ada@school.example")
        instructor = (await INSTRUCTORS.create(db, tenant, uuid7(), teacher, now)).id
        subject = NewCourse(title="Mathematics", subject="Mathematics")
        course = await COURSES.create(db, tenant, uuid7(), subject, now)
        rows = [
            Session(
                id=uuid7(),
                organization_id=tenant,
                region="local",
                course_id=course.id,
                instructor_id=instructor,
                title="Mathematics",
                starts_at=now,
                ends_at=now + timedelta(minutes=30),
                created_at=now,
            )
            for _ in range(sessions)
        ]
        db.add_all(rows)
    return tenant, [row.id for row in rows]
