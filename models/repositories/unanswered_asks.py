"""What asks somebody for a class and ends without an answer: calls for volunteers, offers of swaps; of all tenants."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

_UNANSWERED = sa.text(
    "select organization_id, kind, id from unanswered_asks(:region, :starts_before, :expires_before, :most)"
)


class AskKind(StrEnum):
    CALL = "call"  # for volunteers
    SWAP = "swap"


@dataclass(frozen=True)
class UnansweredAsk:
    organization_id: UUID
    kind: AskKind
    id: UUID


async def unanswered(
    db: AsyncSession, region: str, *, starts_before: datetime, expires_before: datetime, most: int
) -> list[UnansweredAsk]:
    """Open calls for classes that start by then, and offers whose time is up by then; of each at most so many."""
    values = {
        "region": region,
        "starts_before": starts_before,
        "expires_before": expires_before,
        "most": most,
    }
    rows = await db.execute(_UNANSWERED, values)
    return [UnansweredAsk(organization_id, AskKind(kind), key) for organization_id, kind, key in rows]
