"""Writes to the history of cases what Homeroom or a person has tried against their cause, and with what result."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.cases.repairs import Repair, RepairResult
from domain.cases.states import EntryKind
from domain.presence.arrivals import INSTRUCTOR_PROBLEMS
from models.authorship import HOMEROOM
from models.exception_case import CaseEntry, ExceptionCase
from models.repositories import cases

# Cases about an instructor who does not come: what is tried against one of them is tried against all.
INSTRUCTOR_CASES = (*INSTRUCTOR_PROBLEMS, ExceptionKind.SUBSTITUTION_REQUESTED)


async def tried(
    db: AsyncSession,
    case: ExceptionCase,
    repair: Repair,
    result: RepairResult,
    key: str,
    at: datetime,
    detail: Mapping[str, str] | None = None,
    by: str = HOMEROOM,
) -> None:
    """Write that a repair was tried at a time. `case` is locked; the same `key` of a repair is written once."""
    entry = CaseEntry(
        id=uuid5(case.id, f"tried:{repair}:{key}"),
        organization_id=case.organization_id,
        case_id=case.id,
        happened_at=at,
        by=by,
        kind=EntryKind.TRIED,
        detail={"repair": repair.value, "result": result.value, **(detail or {})},
    )
    if await cases.add_entry(db, entry):
        case.repairs += 1
        await db.flush()


async def tried_for_sessions(
    db: AsyncSession,
    session_ids: Iterable[UUID],
    kinds: Iterable[ExceptionKind],
    repair: Repair,
    result: RepairResult,
    key: str,
    at: datetime,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Write it to every unresolved case of these kinds about these sessions."""
    for case in await cases.open_of_sessions(db, list(session_ids), list(kinds)):
        await tried(db, case, repair, result, key, at, detail)
