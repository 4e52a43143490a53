"""Organizations, people and courses: what a class needs to exist before it can be booked."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from api.dependencies import hash_secret
from api.schemas.people import (
    CourseMade,
    NewCourse,
    NewEnrollment,
    NewGuardian,
    NewInstructor,
    NewOrganization,
    NewStudent,
    OrganizationMade,
)
from domain.policies import SessionPolicy
from models.course import Course, Enrollment, Topic
from models.database import Database
from models.organization import ApiKey, Organization
from models.people import Guardian, Instructor, Student, StudentGuardian
from models.repositories import organizations, people


async def make_organization(
    database: Database, new: NewOrganization, region: str, now: datetime
) -> OrganizationMade:
    """A tenant and its first API key."""
    made, prefix, secret = uuid7(), secrets.token_hex(6), secrets.token_urlsafe(32)
    async with database.tenant(made) as db:
        await organizations.ensure_region(db, region)
        organization = Organization(id=made, region=region, created_at=now, **new.model_dump())
        key = ApiKey(
            id=uuid7(),
            organization_id=made,
            name="first key",
            prefix=prefix,
            secret_hash=hash_secret(secret),
            created_at=now,
        )
        await organizations.add_organization(db, organization, key)
    return OrganizationMade(id=made, api_key=f"hr_{prefix}_{secret}")


async def organization(db: AsyncSession, *, lock: bool = False) -> Organization:
    found = await organizations.get_organization(db, lock=lock)
    assert found is not None, "a unit of work has a tenant"
    return found


async def policy_of(db: AsyncSession) -> SessionPolicy:
    return SessionPolicy.model_validate((await organization(db)).policy)


async def change_policy(db: AsyncSession, change: dict[str, Any]) -> SessionPolicy:
    """Raises pydantic.ValidationError, as the request would, where the rules do not hold."""
    current = (await organization(db, lock=True)).policy
    policy = SessionPolicy.model_validate(current | change)
    await organizations.set_policy(db, policy.model_dump(mode="json", exclude_defaults=True))
    return policy


async def add_guardian(db: AsyncSession, tenant: UUID, new: NewGuardian, now: datetime) -> UUID:
    row = Guardian(id=uuid7(), organization_id=tenant, created_at=now, **new.model_dump())
    db.add(row)
    return row.id


async def add_student(db: AsyncSession, tenant: UUID, new: NewStudent, now: datetime) -> UUID:
    guardians = await people.get_all(db, Guardian, new.guardian_ids)
    row = Student(id=uuid7(), organization_id=tenant, name=new.name, time_zone=new.time_zone, created_at=now)
    db.add(row)
    await db.flush()
    db.add_all(
        [
            StudentGuardian(organization_id=tenant, student_id=row.id, guardian_id=guardian.id)
            for guardian in guardians
        ]
    )
    return row.id


async def add_instructor(db: AsyncSession, tenant: UUID, new: NewInstructor, now: datetime) -> UUID:
    row = Instructor(id=uuid7(), organization_id=tenant, created_at=now, **new.model_dump())
    db.add(row)
    return row.id


async def add_course(db: AsyncSession, tenant: UUID, new: NewCourse, now: datetime) -> CourseMade:
    course = Course(
        id=uuid7(),
        organization_id=tenant,
        title=new.title,
        subject=new.subject,
        level=new.level,
        created_at=now,
    )
    db.add(course)
    await db.flush()
    topics = [
        Topic(id=uuid7(), organization_id=tenant, course_id=course.id, title=title, position=position)
        for position, title in enumerate(new.topics)
    ]
    db.add_all(topics)
    return CourseMade(id=course.id, topic_ids=[topic.id for topic in topics])


async def enroll(db: AsyncSession, tenant: UUID, new: NewEnrollment, now: datetime) -> UUID:
    await people.get(db, Course, new.course_id)
    await people.get(db, Student, new.student_id)
    row = Enrollment(id=uuid7(), organization_id=tenant, created_at=now, **new.model_dump())
    db.add(row)
    return row.id
