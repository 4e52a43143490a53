"""Finds people and courses by what a person writes: a name, a mail address, an external id or an id."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from models.course import Course
from models.people import Instructor, Student

_NAMES: Mapping[type[SQLModel], tuple[str, ...]] = {
    Course: ("external_id", "title"),
    Instructor: ("external_id", "email", "name"),
    Student: ("external_id", "email", "name"),
}
"""The columns of names, the most certain first: a row that one of them finds hides those that a later one would."""


async def named(db: AsyncSession, table: type[SQLModel], given: str) -> list[UUID]:
    """The rows in use that this text names; several where a name is not unique, at most ten."""
    columns = sa.inspect(table).columns
    conditions = [columns[name] == given for name in _NAMES[table]]
    with suppress(ValueError):
        conditions.insert(0, columns["id"] == UUID(given))
    for condition in conditions:
        query = sa.select(columns["id"]).where(condition, columns["retired_at"].is_(None)).limit(10)
        if found := list(await db.scalars(query)):
            return found
    return []
