"""From the row of a series to its classes: its rule, the rows of its occurrences, and what a change touches."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput
from domain.scheduling.recurrence import read_rule, until_end_of
from domain.scheduling.rosters import RosterChange
from domain.scheduling.series import Occurrence
from domain.scheduling.series import Series as Expansion
from domain.scheduling.series_changes import (
    CALLED_OFF,
    Difference,
    Held,
    OccurrenceState,
    continued,
    difference,
    first_from,
)
from models.series import Series, SeriesOccurrence
from models.session import Session
from services.inputs.series import NewSeries, SeriesChange, SeriesEnd

OccurrenceRow = tuple[SeriesOccurrence, Session | None]
_EXTENDED_BEFORE = timedelta(weeks=26)  # the last class of a series without an end


def expansion_of(new: NewSeries, zone: str) -> Expansion:
    """Raises InvalidInput for a recurrence rule that is refused."""
    return Expansion(zone, new.starts_at, timedelta(minutes=new.minutes), read_rule(new.recurrence))


def classes_of(expansion: Expansion, left_out: Collection[date]) -> list[Occurrence]:
    """Raises InvalidInput for a series without a class."""
    found = [one for one in expansion.occurrences() if one.scheduled.date() not in left_out]
    if not found:
        raise InvalidInput("every class of this series is left out", next_step="Leave out fewer days.")
    return found


def current(row: Series) -> Expansion:
    length = timedelta(minutes=row.minutes)
    return Expansion(row.time_zone, row.first_start, length, read_rule(row.recurrence))


def occurrence_row(row: Series, one: Occurrence) -> SeriesOccurrence:
    """The id is the same for as long as the series has the same version, so that no class is added twice."""
    return SeriesOccurrence(
        id=uuid5(row.id, f"{row.version}:{one.scheduled.isoformat()}"),
        organization_id=row.organization_id,
        series_id=row.id,
        scheduled=one.scheduled,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        instructor_id=row.instructor_id,
    )


def has_end(row: Series) -> bool:
    rule = read_rule(row.recurrence)
    return bool(rule.count or rule.until)


def extension(row: Series, last: datetime, now: datetime) -> list[Occurrence]:
    """The classes after the last one, of a series without an end whose last class comes near; else none."""
    if has_end(row) or last - now.replace(tzinfo=None) > _EXTENDED_BEFORE:
        return []
    rule = read_rule(row.recurrence)
    day = first_from(rule, last.date())  # the last one's own, so that the next are in step with its interval
    following = replace(current(row), start=datetime.combine(day, row.first_start.time()))
    return [one for one in following.occurrences() if one.scheduled > last]


@dataclass(frozen=True)
class ChangePlan:
    """What a change of a series does: the series from then on, and the classes that differ."""

    expansion: Expansion
    instructor_id: UUID | None
    difference: Difference
    instructor_changes: tuple[UUID, ...]  # of the occurrences that keep their time and get another instructor
    roster_change: RosterChange | None  # None: the students stay
    roster_rows: Sequence[OccurrenceRow]  # classes that get other students

    @property
    def touched(self) -> Sequence[Occurrence]:
        """The classes that are added or move."""
        return [*(occurrence for _, occurrence in self.difference.moved), *self.difference.added]


def plan_change(
    row: Series, change: SeriesChange, rows: Sequence[OccurrenceRow], now: datetime
) -> ChangePlan:
    """What a change would do. `rows` are all classes of the series. Raises InvalidInput."""
    _check_day(row, change.from_day, now)
    given = change.model_fields_set
    minutes = change.minutes if "minutes" in given else row.minutes
    starts = change.starts if "starts" in given else row.first_start.time()
    expansion = _changed_rule(row, change, rows)
    day = expansion.start.date()
    expansion = replace(expansion, start=datetime.combine(day, starts), length=timedelta(minutes=minutes))
    instructor_id = change.instructor_id if "instructor_id" in given else row.instructor_id
    held = [held_of(*one) for one in rows if is_held(one[0]) and one[0].scheduled.date() >= change.from_day]
    found = difference(held, expansion.occurrences())
    others = [
        one.id
        for one, session in rows
        if "instructor_id" in given
        and one.scheduled.date() >= change.from_day
        and _takes_instructor(one, session, instructor_id)
    ]
    roster = _roster_change(row, change)
    others_in = [one for one in rows if roster and _takes_roster(*one, change.from_day, now)]
    return ChangePlan(expansion, instructor_id, found, tuple(others), roster, others_in)


def _roster_change(row: Series, change: SeriesChange) -> RosterChange | None:
    """Raises InvalidInput."""
    added, removed = tuple(change.add_student_ids), tuple(change.remove_student_ids)
    if not (added or removed):
        return None
    if row.whole_course:
        raise InvalidInput(
            "the students of this series are those enrolled in its course",
            next_step="Enroll or unenroll them in the course.",
        )
    if set(added) & set(removed):
        raise InvalidInput("a student is both added and removed", next_step="Name each student once.")
    present = set(row.roster_on(change.from_day))
    if unknown := set(removed) - present:
        raise InvalidInput(
            f"the series has no student {min(unknown)} then", next_step="Remove students of the series."
        )
    if not (present - set(removed)) | set(added):
        raise InvalidInput("nobody would be left in the series", next_step="End the series instead.")
    return RosterChange(change.from_day, added, removed)


def _takes_roster(one: SeriesOccurrence, session: Session | None, day: date, now: datetime) -> bool:
    """Whether a class to come gets other students, also one that was moved by itself."""
    if one.state in CALLED_OFF or one.scheduled.date() < day:
        return False
    return holding(one, session).starts_at > now and (session is None or session.outcome is None)


def ended_rule(row: Series, end: SeriesEnd) -> str:
    """The recurrence rule of a series that has its last class on that day at the latest; one that ends before stays."""
    if has_end(row) and _last_class(row) <= end.last_day:
        return row.recurrence
    until = until_end_of(end.last_day, ZoneInfo(row.time_zone))
    return str(replace(read_rule(row.recurrence), count=None, until=until))


def _last_class(row: Series) -> date:
    """Of a series with an end."""
    try:
        return current(row).occurrences()[-1].scheduled.date()
    except InvalidInput:  # its UNTIL is before its first class
        return date.min


def after(rows: Iterable[OccurrenceRow], last_day: date, now: datetime) -> list[SeriesOccurrence]:
    """The classes after a day that are still to come."""
    return [
        one
        for one, session in rows
        if one.scheduled.date() > last_day
        and one.state not in CALLED_OFF
        and (session.starts_at if session else one.starts_at) > now
    ]


def is_held(one: SeriesOccurrence) -> bool:
    """Whether the class has a place in the series: one that a change of the series has ended has none."""
    return one.state != OccurrenceState.CANCELLED or one.alone


def held_of(one: SeriesOccurrence, session: Session | None) -> Held:
    own = one.alone or one.state == OccurrenceState.LEFT_OUT or _was_moved(one, session)
    return Held(one.id, one.scheduled, one.starts_at, one.ends_at, own)


def holding(one: SeriesOccurrence, session: Session | None) -> SeriesOccurrence | Session:
    """The row whose times are shown: the session's, unless that is still to be brought to what the series wants."""
    return one if session is None or one.pending else session


def _was_moved(one: SeriesOccurrence, session: Session | None) -> bool:
    """Whether the session was moved or cancelled by itself, without the series."""
    if session is None or one.pending:
        return False
    moved = (session.starts_at, session.ends_at) != (one.starts_at, one.ends_at)
    return moved or session.outcome == "cancelled"


def _takes_instructor(one: SeriesOccurrence, session: Session | None, instructor_id: UUID | None) -> bool:
    """A class whose instructor was replaced by itself keeps the substitute; no class loses an instructor it has."""
    if one.state in CALLED_OFF or one.instructor_id == instructor_id:
        return False
    if session is None:
        return True
    substituted = session.instructor_id != one.instructor_id and not one.pending
    return instructor_id is not None and session.outcome is None and not substituted


def _changed_rule(row: Series, change: SeriesChange, rows: Sequence[OccurrenceRow]) -> Expansion:
    if "recurrence" in change.model_fields_set:
        rule = read_rule(change.recurrence)
        start = datetime.combine(first_from(rule, change.from_day), time())
        return Expansion(row.time_zone, start, timedelta(), rule)
    before = sum(
        row.first_start <= one.scheduled and one.scheduled.date() < change.from_day and is_held(one)
        for one, _ in rows
    )
    return continued(current(row), change.from_day, before)


def _check_day(row: Series, day: date, now: datetime) -> None:
    if day <= now.astimezone(ZoneInfo(row.time_zone)).date():
        raise InvalidInput(
            "a series changes from a later day on",
            next_step="Choose a day after today; move or cancel today's class by itself.",
        )
