"""The hashes of join codes, and who holds a code."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.reading import Readable, first
from models.session import Participant

_HOLDER = sa.text("select * from holder_of_join_code(cast(:hashes as text[]))")


@dataclass(frozen=True)
class CodeHolder:
    organization_id: UUID
    session_id: UUID
    participant_id: UUID
    replaced: bool  # the code is of a link that was renewed since


async def store(db: AsyncSession, participant_id: UUID, code_hash: str) -> None:
    await db.execute(
        sa.update(Participant).where(col(Participant.id) == participant_id).values(join_code_hash=code_hash)
    )


async def holder_of(db: Readable, hashes: Sequence[str]) -> CodeHolder | None:
    """The holder of a code, of any tenant, read with a function of the schema that may cross tenants."""
    row = await first(db, _HOLDER, {"hashes": list(hashes)})
    return CodeHolder(*row) if row else None
