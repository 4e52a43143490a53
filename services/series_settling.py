"""Keeps the classes of series that are not booked yet off closed days, and the exception of a series up to date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.errors import OrganizationClosed
from domain.scheduling.closures import ClosedTime, closing, concerns
from domain.scheduling.series_changes import OccurrenceState, SeriesState
from domain.subjects import Subject, SubjectKind
from models.closure import Closure
from models.repositories import cases
from models.repositories import series as repository
from models.series import Series, SeriesOccurrence
from services.cases import NewCase, follow, open_case, resolve_by_itself
from services.closed_times import closures_between

CLOSED = "closed"  # the code of the problem
_Unbooked = tuple[SeriesOccurrence, Series, str]  # with the region that its course requires
_MOST_NAMED = 20  # classes of a case
_NEVER_BOOKED = frozenset({CLOSED, OrganizationClosed.code})  # why a class stands unbooked on a closed day


@dataclass(frozen=True)
class Settled:
    """What closed days have changed in the classes of series that are not booked yet."""

    skipped: int = 0  # classes that fall on closed days since
    planned_again: int = 0  # classes whose days were opened
    series_ids: frozenset[UUID] = frozenset()  # in which something changed

    def __add__(self, other: "Settled") -> "Settled":
        return Settled(
            self.skipped + other.skipped,
            self.planned_again + other.planned_again,
            self.series_ids | other.series_ids,
        )


async def keep_closed_days(
    db: AsyncSession,
    now: datetime,
    *,
    series_id: UUID | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Settled:
    """Skip classes that are not booked yet and fall on closed days; plan again those whose days were opened.

    Of one series, or of all between `start` and `end`.
    """
    await db.flush()
    rows = await repository.unbooked(db, now, series_id=series_id, start=start, end=end)
    closures = await _closures_around(db, rows)
    changed: dict[UUID, Series] = {}
    skipped = planned_again = 0
    for one, series, closed in _with_closed(rows, closures):
        if closed:
            one.problem = closed.refusal
        if closed and one.state != OccurrenceState.CLOSED:
            one.state, one.problem_code = OccurrenceState.CLOSED, CLOSED
            skipped += 1
            changed[series.id] = series
        elif not closed and _is_skipped(one):
            one.state, one.problem_code, one.problem = OccurrenceState.PLANNED, "", ""
            series.state = SeriesState.RUNNING
            planned_again += 1
            changed[series.id] = series
    await db.flush()
    for series in changed.values():
        await keep_case(db, series, now)
    return Settled(skipped, planned_again, frozenset(changed))


async def would_settle(
    db: AsyncSession, now: datetime, start: datetime, end: datetime, edited: tuple[Closure, ClosedTime]
) -> Settled:
    """What `keep_closed_days` would change between `start` and `end` if a closure was `edited` to this.

    Writes nothing.
    """
    rows = await repository.unbooked(db, now, start=start, end=end)
    others = [one for one in await _closures_around(db, rows) if one[0].id != edited[0].id]
    found = _with_closed(rows, [*others, edited])
    skipped = [series.id for one, series, closed in found if closed and one.state != OccurrenceState.CLOSED]
    again = [series.id for one, series, closed in found if not closed and _is_skipped(one)]
    return Settled(len(skipped), len(again), frozenset([*skipped, *again]))


async def _closures_around(
    db: AsyncSession, rows: Sequence[_Unbooked]
) -> Sequence[tuple[Closure, ClosedTime]]:
    if not rows:
        return []
    first, last = min(one.starts_at for one, *_ in rows), max(one.ends_at for one, *_ in rows)
    return await closures_between(db, first, last)


def _with_closed(
    rows: Sequence[_Unbooked], closures: Sequence[tuple[Closure, ClosedTime]]
) -> list[tuple[SeriesOccurrence, Series, ClosedTime | None]]:
    """Each class with the closed time that it falls on; None: on none."""
    found = []
    for one, series, region in rows:
        own = (time for row, time in closures if concerns(row.region, region))
        found.append((one, series, closing(own, one.starts_at, one.ends_at)))
    return found


def _is_skipped(one: SeriesOccurrence) -> bool:
    """Whether the class is not booked because its day was closed, also where the booking was refused for it."""
    return one.state == OccurrenceState.CLOSED or (
        one.state == OccurrenceState.REFUSED and one.problem_code in _NEVER_BOOKED
    )


async def keep_case(db: AsyncSession, series: Series, now: datetime, report: str = "") -> None:
    """Let the one exception of a series name its classes that stand unbooked or unchanged; without any it resolves.

    `report` is the key of a new refusal, without which no exception is opened.
    """
    await db.flush()
    rows = await repository.unsettled(db, series.id, now)
    subject = Subject(SubjectKind.SERIES, series.id)
    kind = ExceptionKind.OCCURRENCE_NOT_BOOKED
    detail = _detail(rows)
    if rows and report:
        await open_case(db, NewCase(series.organization_id, subject, kind, "", detail, report), now)
    for case in await cases.unresolved_about(db, subject.kind, subject.id, kind):
        if not rows:
            resolve_by_itself(case, "each class of the series is booked, cancelled, moved or over", now)
        elif case.occasion:
            resolve_by_itself(case, "the exception of the whole series says it", now)
        else:
            follow(case, detail, now)


def _detail(rows: Iterable[SeriesOccurrence]) -> dict[str, str]:
    """Codes and times; the earliest class first."""
    found = list(rows)
    named = [one.starts_at.isoformat() for one in found[:_MOST_NAMED]]
    return {
        "classes": str(len(found)),
        "codes": ", ".join(sorted({one.problem_code for one in found})),
        "starts_at": named[0] if named else "",
        "dates": ", ".join(sorted({one.scheduled.date().isoformat() for one in found[:_MOST_NAMED]})),
    }
