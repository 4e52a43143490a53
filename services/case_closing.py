"""Resolves the exceptions that concern nobody any more: their class is cancelled or over, or their subject is retired.

A cancellation resolves those of its class in its own transaction. Housekeeping resolves what was reported at the same
moment, and all others.
"""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.catalogue import CATALOGUE
from domain.cases.kinds import AfterCancellation
from models.database import Database
from models.repositories import cases
from services.cases import resolve_by_itself

CANCELLED = "The class was cancelled."
_REASONS = {
    "cancelled": CANCELLED,
    "over": "The class is over.",
    "retired": "It is about somebody or something that is not in use any more.",
}
_MOST = 1_000  # in a run of housekeeping
# At the moment of the cancellation; a case of the cancellation itself is opened after it.
_RESOLVED_BY_CANCELLATION = [
    kind for kind, of_kind in CATALOGUE.items() if of_kind.after_cancellation != AfterCancellation.STAYS
]
_NONE_AFTER_CANCELLATION = [
    kind for kind, of_kind in CATALOGUE.items() if of_kind.after_cancellation == AfterCancellation.ENDS
]
_ENDS_WITH_CLASS = [kind for kind, of_kind in CATALOGUE.items() if of_kind.ends_with_class]


async def close_of_cancelled(db: AsyncSession, session_id: UUID, now: datetime) -> None:
    """Resolve the cases of a class that is cancelled in this transaction, except kinds that outlive it."""
    for case in await cases.open_of_sessions(db, [session_id], _RESOLVED_BY_CANCELLATION):
        resolve_by_itself(case, CANCELLED, now)


async def close_unconcerning(database: Database, region: str, now: datetime) -> int:
    """Resolve the cases of a region that concern nobody any more; returns how many. Raises Unavailable."""
    async with database.unscoped() as db:
        found = await cases.unconcerning(db, region, _NONE_AFTER_CANCELLATION, _ENDS_WITH_CLASS, _MOST)
    by_organization: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for one in found:
        by_organization[one.organization_id][one.id] = one.why
    for organization_id, reasons in by_organization.items():
        async with database.tenant(organization_id) as db:
            for case in await cases.lock_unresolved(db, reasons):
                resolve_by_itself(case, _REASONS[reasons[case.id]], now)
    return len(found)
