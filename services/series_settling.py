"""Keeps the classes of series that are not booked yet off closed days, and the exception of a series up to date."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.scheduling.closures import closing, concerns
from domain.scheduling.series_changes import OccurrenceState, SeriesState
from domain.subjects import Subject, SubjectKind
from models.repositories import cases
from models.repositories import series as repository
from models.series import Series, SeriesOccurrence
from services.cases import NewCase, follow, open_case, resolve_by_itself
from services.closed_times import closures_between

CLOSED = "closed"  # the code of the problem
_MOST_NAMED = 20  # classes of a case


async def keep_closed_days(
    db: AsyncSession,
    now: datetime,
    *,
    series_id: UUID | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> set[UUID]:
    """Skip classes that are not booked yet and fall on closed days; plan again those whose days were opened.

    Of one series, or of all between `start` and `end`. Returns the ids of the series in which something changed.
    """
    await db.flush()
    rows = await repository.unbooked(db, now, series_id=series_id, start=start, end=end)
    if not rows:
        return set()
    first, last = min(one.starts_at for one, *_ in rows), max(one.ends_at for one, *_ in rows)
    closures = await closures_between(db, first, last)
    changed: dict[UUID, Series] = {}
    for one, series, region in rows:
        own = (time for row, time in closures if concerns(row.region, region))
        closed = closing(own, one.starts_at, one.ends_at)
        if closed and one.state != OccurrenceState.CLOSED:
            one.state, one.problem_code = OccurrenceState.CLOSED, CLOSED
            changed[series.id] = series
        elif not closed and one.state == OccurrenceState.CLOSED:
            one.state, one.problem_code, one.problem = OccurrenceState.PLANNED, "", ""
            series.state = SeriesState.RUNNING
            changed[series.id] = series
        if closed:
            one.problem = closed.refusal
    await db.flush()
    for series in changed.values():
        await keep_case(db, series, now)
    return set(changed)


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
