"""Who acted, by name: the record keeps ids alone."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.access import Member
from models.organization import ApiKey
from models.people import Guardian, Instructor

_NAMED = {
    "member": (col(Member.id), col(Member.name)),
    "instructor": (col(Instructor.id), col(Instructor.name)),
    "guardian": (col(Guardian.id), col(Guardian.name)),
    "key": (col(ApiKey.id), col(ApiKey.name)),
}


async def names_of(db: AsyncSession, actors: Collection[str]) -> dict[str, str]:
    """By actor, such as `member:<id>`; an actor without a name, or one that is gone, is left out."""
    wanted = {kind: set[UUID]() for kind in _NAMED}
    for actor in actors:
        kind, _, text = actor.partition(":")
        if kind in wanted and _is_id(text):
            wanted[kind].add(UUID(text))
    found: dict[str, str] = {}
    for kind, ids in wanted.items():
        if ids:
            key, name = _NAMED[kind]
            rows = await db.execute(sa.select(key, name).where(key.in_(ids)))
            found |= {f"{kind}:{row[0]}": row[1] for row in rows}
    return found


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
