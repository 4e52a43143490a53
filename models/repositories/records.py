"""Filed attendance and engagement per participant."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.record import AttendanceRow


async def file_attendance(db: AsyncSession, rows: Sequence[AttendanceRow]) -> None:
    """Write the rows; filing again replaces them."""
    for row in rows:
        values = row.model_dump()
        statement = insert(AttendanceRow).values(values)
        keys = {"participant_id", "session_id", "organization_id"}
        changed = {name: value for name, value in values.items() if name not in keys}
        await db.execute(statement.on_conflict_do_update(index_elements=["participant_id"], set_=changed))


async def attendance(db: AsyncSession, session_id: UUID) -> list[AttendanceRow]:
    return list(await db.scalars(sa.select(AttendanceRow).where(col(AttendanceRow.session_id) == session_id)))
