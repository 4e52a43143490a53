"""The person whose mail a link came in: it opens nothing once their address or account is no longer in use."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import LinkExpired
from models.people import Guardian, Student
from signing.links import address_fingerprint

_TABLES: Mapping[str, type[Guardian] | type[Student]] = {"guardian": Guardian, "student": Student}


async def reader_of_mailed_link(
    db: AsyncSession, person_kind: str, person_id: UUID, fingerprint: str, *, lock: bool = False
) -> Guardian | Student:
    """The guardian or student of a link that was mailed to the address of this fingerprint. Raises LinkExpired."""
    person: Guardian | Student | None = await db.get(
        _TABLES[person_kind], person_id, with_for_update=lock or None
    )
    if person is None or person.retired_at or address_fingerprint(person.email or "") != fingerprint:
        raise LinkExpired("this link belongs to an address or account that is no longer in use")
    return person
