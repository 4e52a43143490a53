"""Finds people and courses by what a person writes: a name, a mail address, an external id or an id."""

from collections.abc import Collection, Mapping
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

_MOST = 10  # rows of one name


async def named(db: AsyncSession, table: type[SQLModel], given: Collection[str]) -> dict[str, list[UUID]]:
    """By text, the rows in use that it names: several where a name is not unique, at most ten.

    One query for each kind of name.
    """
    columns = sa.inspect(table).columns
    in_use = columns["retired_at"].is_(None)
    found: dict[str, list[UUID]] = {text: [] for text in given}
    ids = {text: key for text in given if (key := _as_id(text))}
    if ids:
        known = set(await db.scalars(sa.select(columns["id"]).where(columns["id"].in_(ids.values()), in_use)))
        found |= {text: [key] for text, key in ids.items() if key in known}
    for name in _NAMES[table]:
        left = [text for text, keys in found.items() if not keys]
        if not left:
            break
        of_name = columns[name] == sa.any_(sa.literal(left, sa.ARRAY(sa.String)))
        for text, key in await db.execute(sa.select(columns[name], columns["id"]).where(of_name, in_use)):
            if len(found[text]) < _MOST:
                found[text].append(key)
    return found


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
