"""Finds people and courses by what a person writes: a name, a mail address, an external id or an id."""

from collections.abc import Collection, Mapping
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


async def named(db: AsyncSession, table: type[SQLModel], given: Collection[str]) -> dict[str, list[UUID]]:
    """By each of these texts the rows in use that it names: several where a name is not unique, none if none has it.

    One statement for each column.
    """
    columns = sa.inspect(table).columns
    found: dict[str, list[UUID]] = {text: [] for text in given}
    ids = {key: text for text in given if (key := _id(text))}
    if ids:
        query = sa.select(columns["id"]).where(columns["id"].in_(ids), columns["retired_at"].is_(None))
        for key in await db.scalars(query):
            found[ids[key]].append(key)
    for name in _NAMES[table]:
        left = [text for text, keys in found.items() if not keys]
        if left:
            query = sa.select(columns["id"], columns[name]).where(
                columns[name].in_(left), columns["retired_at"].is_(None)
            )
            for key, text in await db.execute(query):
                found[text].append(key)
    return found


def _id(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None
