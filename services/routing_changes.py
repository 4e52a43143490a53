"""Changes of routing rules before they are published: edits of the draft, and which recent cases they would move."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind
from domain.cases.routing import Circumstances, Route, Rule, route
from domain.people.access import Principal
from models.case_routing import CaseRouting
from models.repositories import case_routing, cases, rule_versions
from models.repositories.cases import QueuedCase
from services import rule_versions as drafts
from services.case_routing import rules_of, save_draft
from services.organizations import organization
from services.rule_versions import Base

COMPARED = timedelta(days=7)  # how far back cases are compared
MOST_COMPARED = 2_000  # the latest ones


@dataclass(frozen=True)
class Moved:
    """A case that other rules would send elsewhere."""

    queued: QueuedCase
    before: Route
    after: Route


@dataclass(frozen=True)
class Comparison:
    looked_at: int  # cases
    moved: Sequence[Moved]  # the latest first
    is_complete: bool  # whether all cases of the time were looked at


async def revise(
    db: AsyncSession,
    who: Principal,
    base: Base,
    revised: Callable[[tuple[Rule, ...]], Sequence[Rule]],
    now: datetime,
) -> CaseRouting:
    """Change the latest rules, as a draft. Raises StaleVersion if somebody has changed them since `base`."""
    await organization(db, lock=True)
    row = await rule_versions.latest(db, CaseRouting)
    return await save_draft(db, who, revised(rules_of(row)), None, now, base)


async def discard(db: AsyncSession, number: int) -> None:
    """Delete the draft of this number. Raises NotFound."""
    await drafts.discard(db, CaseRouting, number)


async def compare(db: AsyncSession, rules: Sequence[Rule], now: datetime) -> Comparison:
    """Which cases of the last week these rules would have sent elsewhere than the published ones."""
    own = await organization(db)
    zone = ZoneInfo(own.time_zone)
    published = rules_of(await rule_versions.published(db, CaseRouting))
    rows, is_complete = await cases.opened_since(db, now - COMPARED, MOST_COMPARED)
    courses = await case_routing.courses_of(db, {row.case.about for row in rows})
    moved = []
    for row in rows:
        kind = ExceptionKind(case_kind(row.case.kind).code)
        case = Circumstances(kind, own.region, row.case.opened_at, courses.get(row.case.about))
        before, after = route(published, case, zone), route(rules, case, zone)
        if _leads_to(before) != _leads_to(after):
            moved.append(Moved(row, before, after))
    return Comparison(len(rows), moved, is_complete)


def _leads_to(found: Route) -> tuple[object, ...]:
    return found.queue, found.severity, found.acknowledge_within, found.ladder
