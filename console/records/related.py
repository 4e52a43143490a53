"""Rows shown on the page of a record: a student's guardians, an instructor's classes, a course's topics."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from console.frame.availability_form import summary
from domain.notices.kinds import AccountNoticeKind
from domain.people.access import Permission, Principal
from models.access import SignInBinding
from models.course import CurriculumPlan, Topic
from models.notice import Notice
from models.repositories import (
    calendar_feeds,
    class_lists,
    notices,
    pages,
    people,
    relations,
    series,
    sign_ins,
)
from models.repositories.class_lists import ClassFilter
from models.session import Session
from services import instructor_absences
from services.instructor_standing import standing
from services.resources.catalogue import INSTRUCTORS

_DAYS_BACK, _DAYS_AHEAD = timedelta(days=30), timedelta(days=90)
_TODAY = timedelta(hours=12)  # before now
_MAX_CLASSES, _MAX_PAST = 30, 10
MAX_TOPICS = 500  # of a course


async def related_to(
    db: AsyncSession, who: Principal, noun: str, key: UUID, now: datetime
) -> Mapping[str, Any]:
    """The related rows by the name that the template uses; `noun` is that of the record's kind."""
    load = _LOADERS.get(noun)
    return await load(db, who, key, now) if load else {}


async def _of_student(db: AsyncSession, who: Principal, key: UUID, now: datetime) -> Mapping[str, Any]:
    reads_enrollments = who.may(Permission.ENROLLMENTS_READ)
    return {
        "calendar_feed": await calendar_feeds.feed(db, key),
        "guardians": await relations.guardians_of_student(db, key),
        "enrollments": await relations.courses_of_student(db, key) if reads_enrollments else [],
        "classes": await _classes(db, who, now, student_id=key),
        "past_classes": await _classes(db, who, now, student_id=key, past=True),
    }


async def _of_guardian(db: AsyncSession, who: Principal, key: UUID, now: datetime) -> Mapping[str, Any]:
    latest: list[Notice] = []
    if who.may(Permission.NOTICES_READ):
        wanted = pages.PageRequest("-created_at", 10, equal={"recipient_id": key})
        latest, _ = await pages.page(db, Notice, wanted)
    return {
        "calendar_feed": await calendar_feeds.feed(db, key),
        "students": await relations.students_of_guardian(db, key),
        "notices": latest,
    }


async def _bindings(db: AsyncSession, who: Principal, key: UUID) -> list[SignInBinding]:
    """The accounts at identity providers that a person signs in with; for those who may release them."""
    return await sign_ins.bindings(db, key) if who.may(Permission.MEMBERS_MANAGE) else []


def _with_days(
    stored: Sequence[Mapping[str, Any]], last: str, zone: str, now: datetime
) -> list[tuple[Mapping[str, Any], date | None, int | None]]:
    """Certificates or checks with their last day and how many days are left of them; the next to end come first."""
    today = now.astimezone(ZoneInfo(zone)).date()
    days = [(one, date.fromisoformat(one[last]) if one[last] else None) for one in stored]
    days.sort(key=lambda one: one[1] or date.max)
    return [(one, until, (until - today).days if until else None) for one, until in days]


async def _of_instructor(db: AsyncSession, who: Principal, key: UUID, now: datetime) -> Mapping[str, Any]:
    row = await INSTRUCTORS.get(db, key)
    return {
        "bindings": await _bindings(db, who, key),
        "calendar_feed": await calendar_feeds.feed(db, key),
        "availability": summary((await instructor_absences.stored(db, key)), now),
        "certificates": _with_days(row.certificates, "expires_on", row.time_zone, now),
        "checks": _with_days(row.background_checks, "valid_until", row.time_zone, now),
        "assume_qualified": (await standing(db)).assume_qualified,
        "qualifications": (await people.qualifications(db, [key])).get(key, []),
        "classes": await _classes(db, who, now, {"instructor_id": key}),
        "past_classes": await _classes(db, who, now, {"instructor_id": key}, past=True),
    }


async def _of_course(db: AsyncSession, who: Principal, key: UUID, now: datetime) -> Mapping[str, Any]:
    reads_enrollments = who.may(Permission.ENROLLMENTS_READ)
    plans, _ = await pages.page(
        db, CurriculumPlan, pages.PageRequest("title", MAX_TOPICS, equal={"course_id": key}, retired=None)
    )
    return {
        "topics": await topics(db, key),
        "retired_topics": await topics(db, key, retired=True),
        "plans": plans,
        "series": await series.of_course(db, key),
        "enrolled": await relations.enrolled_in(db, key) if reads_enrollments else [],
        "classes": await _classes(db, who, now, {"course_id": key}),
    }


async def _of_member(db: AsyncSession, who: Principal, key: UUID, now: datetime) -> Mapping[str, Any]:
    return {
        "bindings": await _bindings(db, who, key),
        "invitation": await notices.last_to(db, key, AccountNoticeKind.INVITATION),
    }


async def topics(db: AsyncSession, course_id: UUID, *, retired: bool = False) -> list[Topic]:
    """The topics of a course in the order they are taught."""
    wanted = pages.PageRequest("position", MAX_TOPICS, equal={"course_id": course_id}, retired=retired)
    rows, _ = await pages.page(db, Topic, wanted)
    return rows


async def _classes(
    db: AsyncSession,
    who: Principal,
    now: datetime,
    equal: Mapping[str, Any] | None = None,
    *,
    student_id: UUID | None = None,
    past: bool = False,
) -> list[Session]:
    """Those of today and the coming ones, the next first; `past`: those before, the latest first."""
    if not who.may(Permission.SESSIONS_READ):
        return []
    sort, most = ("-starts_at", _MAX_PAST) if past else ("starts_at", _MAX_CLASSES)
    since, until = (-_DAYS_BACK, -_TODAY) if past else (-_TODAY, _DAYS_AHEAD)
    period = ClassFilter(now + since, now + until, student_id)
    rows, _ = await class_lists.page(db, who, pages.PageRequest(sort, most, equal=equal or {}), period)
    return rows


Loader = Callable[[AsyncSession, Principal, UUID, datetime], Awaitable[Mapping[str, Any]]]
_LOADERS: dict[str, Loader] = {
    "student": _of_student,
    "guardian": _of_guardian,
    "instructor": _of_instructor,
    "course": _of_course,
    "member": _of_member,
}
