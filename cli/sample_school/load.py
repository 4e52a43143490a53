"""Loads the sample school into the database, in an organization of its own."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg
from uuid_utils.compat import uuid7

from cli.sample_school.plan import Size, plan
from cli.sample_school.rows import REGION, ZONE, Rows, SampleRows
from models.database import Database
from models.repositories import bulk_rows, class_calendar
from models.repositories.class_calendar import CalendarFilter
from services.inputs.organizations import NewOrganization
from services.organizations import make_organization

_LOOKED = timedelta(days=3650)  # for classes, into the past and the future
_SHOWN = {
    "instructor": "instructors",
    "student": "students",
    "guardian": "guardians",
    "course": "courses",
    "session": "classes",
    "attendance": "records of attendance",
    "documentation": "records of classes",
    "notice": "messages",
    "exception_case": "exceptions",
}


class ClassesExist(Exception):
    """The organization has classes already, so nothing is loaded into it."""


def sample_id(seed: int) -> UUID:
    """The id of the organization that a seed makes."""
    return uuid5(NAMESPACE_URL, f"homeroom:sample:{seed}")


async def load(
    database: Database, owner_url: str, size: Size, seed: int, now: datetime, tell: Callable[[str], None]
) -> dict[str, int]:
    """Load the sample, week by week; returns how many rows were made of what.

    `owner_url` is of the database as the schema's owner. Raises ClassesExist, Unavailable, psycopg.OperationalError.
    """
    organization_id, chance = sample_id(seed), random.Random(seed)
    if await _has_classes(database, organization_id, now):
        raise ClassesExist("This sample is loaded already.")
    new = NewOrganization(name="Meridian Tutoring", time_zone=ZONE)
    await make_organization(database, new, REGION, organization_id, uuid7(), now)
    sample = SampleRows(plan(size, chance), organization_id, now, size.weeks, chance)
    counts: dict[str, int] = {}
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as connection:
        await connection.execute("set lock_timeout = '30s'")
        await _copy(connection, sample.people(), counts, log_changes=True)
        tell(f"{counts['instructor']} instructors, {counts['student']} students")
        for week in range(-size.weeks, 2):
            before = counts.get("session", 0)
            await _copy(connection, sample.week(week), counts, log_changes=False)
            tell(f"week of {sample.monday_of(week)}: {counts.get('session', 0) - before} classes")
    return {_SHOWN[name]: number for name, number in counts.items() if name in _SHOWN}


async def _copy(
    connection: psycopg.AsyncConnection[Any],
    tables: Iterator[Rows],
    counts: dict[str, int],
    *,
    log_changes: bool,
) -> None:
    async with connection.transaction():
        for table, rows in tables:
            name = str(table.__tablename__)
            written = await bulk_rows.copy_rows(connection, table, rows, log_changes=log_changes)
            counts[name] = counts.get(name, 0) + written


async def _has_classes(database: Database, organization_id: UUID, now: datetime) -> bool:
    async with database.tenant(organization_id) as db:
        return any(await class_calendar.count(db, CalendarFilter(), now - _LOOKED, now + _LOOKED))
