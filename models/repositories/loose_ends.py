"""What nothing works on any more in a region: read for all tenants, with functions of the schema."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from domain.sessions.states import DOCUMENTED_STATES, FINAL_STATES, OVER_STATES, ROOM_STATES
from models.repositories.cases import Unfollowed

_LOOSE_ENDS = sa.text(
    "select kind, organization_id, session_id, subject_id, part from "
    "loose_ends(:region, cast(:final as text[]), cast(:over as text[]), :settled_before, :most)"
)
_UNRESOLVED = sa.text("select * from cases_unresolved_before(:region, :opened_before, :most)")
_LATE_AUDIO = sa.text(
    "select * from sessions_with_late_audio(:region, cast(:states as text[]), :settled_before, :most)"
)
_WITHOUT_ROOM = sa.text(
    "select session_id from sessions_without_room(:region, cast(:wanted as uuid[]), cast(:states as text[]))"
)


class LooseEndKind(StrEnum):
    CAPTURE = "capture"  # a recording that counts as running, of a class that is over
    RECORD = "record"  # a part of a closed class's record
    NOTICE = "notice"  # a message that nobody sends
    SEARCH = "search"  # for another instructor; its workflow may run


@dataclass(frozen=True)
class LooseEnd:
    kind: LooseEndKind
    organization_id: UUID
    session_id: UUID | None
    subject_id: UUID  # the session, the notice or the substitution
    part: str  # of the record


async def loose_ends(db: AsyncSession, region: str, settled_before: datetime, most: int) -> list[LooseEnd]:
    """Of each kind at most so many, of what has not changed since `settled_before`; classes of the last seven days."""
    values = {
        "region": region,
        "final": sorted(state.value for state in FINAL_STATES),
        "over": sorted(state.value for state in OVER_STATES),
        "settled_before": settled_before,
        "most": most,
    }
    return [LooseEnd(LooseEndKind(row[0]), *row[1:]) for row in await db.execute(_LOOSE_ENDS, values)]


async def unresolved_cases(
    db: AsyncSession, region: str, opened_before: datetime, most: int
) -> list[Unfollowed]:
    """The most urgent ones."""
    values = {"region": region, "opened_before": opened_before, "most": most}
    rows = await db.execute(_UNRESOLVED, values)
    return [Unfollowed(row.organization_id, row.id, row.changes, row.kind, row.severity) for row in rows]


async def with_late_audio(
    db: AsyncSession, region: str, settled_before: datetime, most: int
) -> list[tuple[UUID, UUID]]:
    """The organization and session of documented classes of the last seven days that have untranscribed audio."""
    states = sorted(state.value for state in DOCUMENTED_STATES)
    values = {"region": region, "states": states, "settled_before": settled_before, "most": most}
    return [(row[0], row[1]) for row in await db.execute(_LATE_AUDIO, values)]


async def without_room(db: AsyncSession, region: str, session_ids: Collection[UUID]) -> set[UUID]:
    """Those of these ids that belong to sessions of the region which have no room, not yet or no longer."""
    states = sorted(state.value for state in ROOM_STATES)
    return set(
        await db.scalars(_WITHOUT_ROOM, {"region": region, "wanted": list(session_ids), "states": states})
    )
