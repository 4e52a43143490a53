"""Checks a plan against the hard rules, from the problem alone.

It reads ids, moments and sets as the caller gave them and shares no evaluation with the engine, so that an error in
the engine's arrays cannot hide itself. A plan is handed out only when nothing is found.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from matching.problem import ClassToStaff, Instructor, Problem, TakenTime

Span = ClassToStaff | TakenTime


@dataclass(frozen=True)
class Violation:
    rule: str
    instructor_id: UUID
    class_ids: tuple[UUID, ...]


def violations(problem: Problem, assignment: Mapping[UUID, UUID | None]) -> list[Violation]:
    """Every hard rule that the assignment of classes to instructors breaks; rules that are set aside are left out."""
    instructors = {one.id: one for one in problem.instructors}
    apart = {(known.student_id, known.instructor_id) for known in problem.relationships if known.do_not_pair}
    taught: dict[UUID, list[Span]] = defaultdict(list)
    found: list[Violation] = []
    for one in problem.classes:
        who = assignment.get(one.id)
        if who is None:
            continue
        taught[who].append(one)
        broken = _broken_by_pair(one, instructors[who], apart)
        found += [Violation(rule, who, (one.id,)) for rule in broken]
    for who, taken in problem.taken.items():
        taught[who] += taken
    for who, classes in taught.items():
        found += _broken_by_calendar(instructors[who], sorted(classes, key=lambda one: one.starts_at))
    return [one for one in found if one.rule not in problem.settings.disabled]


def pins_broken(problem: Problem, found: list[Violation]) -> tuple[list[Violation], list[Violation]]:
    """Violations between pinned classes alone, which the caller asked for, and all others."""
    pinned = {one.id for one in problem.classes if one.pinned_instructor_id is not None}
    pinned.update(one.id for own in problem.taken.values() for one in own)
    asked = [one for one in found if pinned.issuperset(one.class_ids)]
    return asked, [one for one in found if not pinned.issuperset(one.class_ids)]


def _broken_by_pair(one: ClassToStaff, who: Instructor, apart: set[tuple[UUID, UUID]]) -> Iterator[str]:
    same_subject = [
        level.lower() for subject, level in who.qualifications if subject.lower() == one.subject.lower()
    ]
    if one.level.lower() not in same_subject and "" not in same_subject:
        yield "not_qualified"
    if one.language and one.language.lower() not in [spoken.lower() for spoken in who.languages]:
        yield "language"
    if who.available is not None and not _is_covered(one, who):
        yield "not_available"
    if one.region and one.region not in who.regions:
        yield "region"
    if one.consents - who.consents:
        yield "consent"
    for name in one.certificates:
        if name not in who.certificates or _is_over(who.certificates[name], one.ends_at):
            yield "certificate"
            break
    if one.background_check:
        until = who.background_check_until
        if until is None or until < one.ends_at:
            yield "background_check"
    if one.student_windows is not None and not _in_student_windows(one):
        yield "student_window"
    if any((student, who.id) in apart for student in one.students):
        yield "do_not_pair"


def _is_over(until: datetime | None, at: datetime) -> bool:
    return until is not None and until < at


def _is_covered(one: ClassToStaff, who: Instructor) -> bool:
    """Walks along the intervals as far as they reach without a hole."""
    reached = one.starts_at
    for interval in sorted(who.available or ()):
        if interval.start <= reached < interval.end:
            reached = interval.end
    return reached >= one.ends_at


def _in_student_windows(one: ClassToStaff) -> bool:
    reached = one.starts_at
    for window in sorted(one.student_windows or ()):
        if window.start <= reached < window.end:
            reached = window.end
    return reached >= one.ends_at


def _broken_by_calendar(who: Instructor, classes: list[Span]) -> Iterator[Violation]:
    zone = ZoneInfo(who.zone)
    by_day: dict[date, list[Span]] = defaultdict(list)
    by_week: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for one in classes:
        day = one.starts_at.astimezone(zone).date()
        by_day[day].append(one)
        by_week[day.isocalendar()[:2]].append(one)
    widest = max(who.buffer, who.rest, timedelta())
    for at, one in enumerate(classes):
        for other in classes[at + 1 :]:
            # In UTC: two moments of one zone are subtracted by wall time, which clock changes stretch.
            between = other.starts_at.astimezone(UTC) - one.ends_at.astimezone(UTC)
            if between >= widest:
                break
            ids = one.id, other.id
            if between < timedelta():
                yield Violation("busy", who.id, ids)
            if who.buffer and between < who.buffer:
                yield Violation("no_buffer", who.id, ids)
    for before, after in pairwise(sorted(by_day)):
        last = max(one.ends_at.astimezone(UTC) for one in by_day[before])
        first = min(one.starts_at.astimezone(UTC) for one in by_day[after])
        if who.rest and first - last < who.rest:
            late = [one.id for one in by_day[before] if first - one.ends_at.astimezone(UTC) < who.rest]
            early = [one.id for one in by_day[after] if one.starts_at.astimezone(UTC) - last < who.rest]
            yield Violation("rest", who.id, (*late, *early))
    yield from _over_hours("hours_of_day", who, who.most_per_day, list(by_day.values()))
    yield from _over_hours("hours_of_week", who, who.most_per_week, list(by_week.values()))


def _over_hours(
    rule: str, who: Instructor, most: timedelta | None, periods: list[list[Span]]
) -> Iterator[Violation]:
    for classes in periods:
        taught = sum((one.ends_at - one.starts_at for one in classes), timedelta())
        if most is not None and taught > most:
            yield Violation(rule, who.id, tuple(one.id for one in classes))
