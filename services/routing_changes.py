"""Changes of routing rules before they are published: edits of the draft, and which recent cases they would move."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind
from domain.cases.routing import Circumstances, Route, Rule, route
from domain.errors import NotFound, StaleVersion
from domain.people.access import Principal
from models.case_routing import CaseRouting
from models.repositories import case_routing, cases
from models.repositories.cases import QueuedCase
from services.case_routing import rules_of, save_draft
from services.organizations import organization

COMPARED = timedelta(days=7)  # how far back cases are compared
MOST_COMPARED = 2_000  # the latest ones


@dataclass(frozen=True)
class Base:
    """The version of the rules that a change was made to, as its author has read it."""

    number: int  # 0: there were none
    version: int

    @classmethod
    def of(cls, row: CaseRouting | None) -> "Base":
        return cls(row.number, row.version) if row else cls(0, 0)


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
    row = await case_routing.latest(db)
    if Base.of(row) != base:
        raise StaleVersion("somebody has changed the rules since you read them")
    return await save_draft(db, who, revised(rules_of(row)), None, now)


async def discard(db: AsyncSession, number: int) -> None:
    """Delete the draft of this number. Raises NotFound."""
    await organization(db, lock=True)
    row = await case_routing.latest(db)
    if row is None or row.published_at is not None or row.number != number:
        raise NotFound(f"there is no draft {number} of the rules")
    await db.delete(row)
    await db.flush()


async def compare(db: AsyncSession, rules: Sequence[Rule], now: datetime) -> Comparison:
    """Which cases of the last week these rules would have sent elsewhere than the published ones."""
    own = await organization(db)
    zone = ZoneInfo(own.time_zone)
    published = rules_of(await case_routing.published(db))
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
