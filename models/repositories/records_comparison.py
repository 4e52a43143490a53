"""What is on record about the sessions of a region, to compare with what Temporal runs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from domain.sessions.states import FINAL_STATES

_UNFINISHED = sa.text(
    "select session_id, organization_id, state, reported "
    "from unfinished_sessions(:region, cast(:final as text[]), :created_before, :most)"
)
_UNKNOWN = sa.text("select session_id from unknown_sessions(cast(:wanted as uuid[]))")


@dataclass(frozen=True)
class UnfinishedSession:
    session_id: UUID
    organization_id: UUID
    state: str
    reported: bool  # an open case says that it differs


async def unfinished(
    db: AsyncSession, region: str, created_before: datetime, most: int
) -> list[UnfinishedSession]:
    """The next sessions of a region that need a workflow, by their start."""
    final = sorted(state.value for state in FINAL_STATES)
    values = {"region": region, "final": final, "created_before": created_before, "most": most}
    return [UnfinishedSession(*row) for row in await db.execute(_UNFINISHED, values)]


async def unknown(db: AsyncSession, session_ids: Collection[UUID]) -> set[UUID]:
    """Those of these sessions that are not on record."""
    return set(await db.scalars(_UNKNOWN, {"wanted": list(session_ids)}))
