"""Acts on many exceptions at once; each succeeds or fails alone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import HomeroomError
from domain.people.access import Principal
from models.database import Database
from services import cases
from services.inputs.cases import BulkAction, CaseCommand


@dataclass(frozen=True)
class CaseResult:
    case_id: UUID
    error: HomeroomError | None = None


async def act_on_cases(
    database: Database, who: Principal, wanted: BulkAction, now: datetime
) -> list[CaseResult]:
    """In the order asked for. Raises Unavailable."""
    results = []
    for case_id in dict.fromkeys(wanted.ids):
        try:
            async with database.tenant(who.organization_id) as db:
                await _act(db, who, case_id, wanted, now)
        except HomeroomError as error:
            results.append(CaseResult(case_id, error))
        else:
            results.append(CaseResult(case_id))
    return results


async def _act(db: AsyncSession, who: Principal, case_id: UUID, wanted: BulkAction, now: datetime) -> None:
    match wanted.action:
        case CaseCommand.ACKNOWLEDGE:
            await cases.acknowledge(db, who, case_id, now)
        case CaseCommand.ASSIGN:
            await cases.assign(db, who, case_id, wanted.member_id, now)
        case CaseCommand.RESOLVE:
            await cases.resolve(db, who, case_id, wanted.resolution, now)
