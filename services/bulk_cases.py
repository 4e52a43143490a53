"""Acts on many exceptions at once, in one transaction; each is done or refused by itself."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import HomeroomError, NotFound
from domain.people.access import Principal
from models.access import Member
from models.database import Database
from models.exception_case import ExceptionCase
from models.repositories import cases as stored
from models.repositories import entities
from services import cases
from services.inputs.cases import BulkAction, CaseCommand


@dataclass(frozen=True)
class CaseResult:
    case_id: UUID
    error: HomeroomError | None = None


async def act_on_cases(
    database: Database, who: Principal, wanted: BulkAction, now: datetime
) -> list[CaseResult]:
    """In the order asked for. The number of statements grows with neither the cases nor their incidents.

    Raises Unavailable; then nothing is changed.
    """
    ids = list(dict.fromkeys(wanted.ids))
    async with database.tenant(who.organization_id) as db:
        rows = {row.id: row for row in await stored.lock_many(db, ids)}
        no_member = await _no_member(db, wanted)
        results = [
            CaseResult(case_id, _act(db, who, rows.get(case_id), wanted, no_member, now)) for case_id in ids
        ]
        await stored.save_together(db, rows.values())
        if wanted.action == CaseCommand.RESOLVE:
            done = {result.case_id for result in results if result.error is None}
            incidents = {row.incident_id for row in rows.values() if row.id in done and row.incident_id}
            await stored.end_incidents(db, incidents, now)
    return results


async def _no_member(db: AsyncSession, wanted: BulkAction) -> HomeroomError | None:
    """Why nothing can be assigned to the member who is named; None: it can."""
    if wanted.action != CaseCommand.ASSIGN or wanted.member_id is None:
        return None
    try:
        await entities.in_use(db, Member, wanted.member_id)
    except HomeroomError as error:
        return error
    return None


def _act(
    db: AsyncSession,
    who: Principal,
    row: ExceptionCase | None,
    wanted: BulkAction,
    no_member: HomeroomError | None,
    now: datetime,
) -> HomeroomError | None:
    """Why the case is left as it is; None: it is done."""
    if row is None:
        return NotFound("there is no such exception")
    if no_member is not None:
        return no_member
    try:
        match wanted.action:
            case CaseCommand.ACKNOWLEDGE:
                cases.acknowledge_locked(db, who, row, now)
            case CaseCommand.ASSIGN:
                cases.assign_locked(db, who, row, wanted.member_id, now)
            case CaseCommand.RESOLVE:
                cases.resolve_locked(db, who, row, wanted.resolution, now)
    except HomeroomError as error:
        return error
    return None
