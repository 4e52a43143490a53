"""Reads what a plan of a term is made from: the classes of a window, which of them are free, and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.intervals import Interval, difference
from domain.scheduling.booking_rules import OF_SINGLE_DAYS, OF_THE_TIME, OVERRIDABLE
from domain.scheduling.term_plans import ChangeKind, PlanScope
from matching.checker import Violation, pins_broken, violations
from matching.problem import ClassToStaff
from models.repositories import plan_answers, substitutions, term_plans
from models.series import Series, SeriesOccurrence
from models.term_plan import PlanAssignment, PlanRun
from services.planning.candidates import BUSY_ELSEWHERE, NOT_AVAILABLE, ON_LEAVE, RETIRED
from services.planning.problems import PlanningProblem, ProposedClass, problem_of
from services.series import students_of

Occurrences = Mapping[UUID, tuple[SeriesOccurrence, Series]]
Reasons = Mapping[UUID, tuple[str, ...]]
_TIMES = frozenset({NOT_AVAILABLE, ON_LEAVE, BUSY_ELSEWHERE})
# What the reason of a series sets aside for its classes.
_OF_SERIES = frozenset(OVERRIDABLE) - OF_THE_TIME - OF_SINGLE_DAYS
_ONLY_TOUCHED = frozenset({PlanScope.TOUCHED, PlanScope.CHANGED})


@dataclass(frozen=True)
class Window:
    """The problem of a window, with the classes of series in it that are not booked yet."""

    built: PlanningProblem
    occurrences: Occurrences
    reasons: Reasons  # why a class is planned anew: rules that its instructor breaks, or kinds of changes
    shown: Sequence[ClassToStaff]  # the classes that the plan speaks of
    kept: Mapping[UUID, PlanAssignment]  # of the proposal before, which nobody has refused

    def title(self, class_id: UUID) -> str:
        if class_id in self.occurrences:
            return self.occurrences[class_id][1].title
        return self.built.titles.get(class_id, "")

    def former(self, one: ClassToStaff) -> UUID | None:
        """Who has the class before the plan is published."""
        if one.id in self.kept:
            return self.kept[one.id].former_instructor_id
        return one.published_instructor_id or one.pinned_instructor_id

    def why(self, class_id: UUID) -> Sequence[str]:
        return self.kept[class_id].reasons if class_id in self.kept else self.reasons.get(class_id, ())


async def read_window(
    db: AsyncSession, row: PlanRun, now: datetime, chosen: set[UUID] | None = None
) -> Window:
    """`chosen` booked classes are free in place of those of the run's scope. Raises UnknownReference.

    Classes for which a substitute is looked for are left to that search: they keep their instructor. So do those for
    which a rule about their instructor was set aside, as long as they break no other.
    """
    changes = _Changes.of(row)
    start = max(row.starts_at, now)
    found = [
        (one, series)
        for one, series in await term_plans.open_occurrences(db, start, row.ends_at)
        if row.scope != PlanScope.CHANGED or one.instructor_id or changes.frees_time
    ]
    students = await students_of(db, found)
    proposed = [
        ProposedClass(one.id, series.course_id, one.starts_at, one.ends_at, tuple(students[one.id]))
        for one, series in found
    ]
    occurrences = {one.id: (one, series) for one, series in found}
    reasons: Reasons = {}
    searched = set() if chosen is not None else await substitutions.searched(db, start, row.ends_at)
    aside = await _set_aside(db, start, row.ends_at, occurrences)
    free: set[UUID] | None = None if row.scope == PlanScope.ALL else set()
    if chosen is not None:
        free = chosen - occurrences.keys()
    elif row.scope in _ONLY_TOUCHED:
        whole = await problem_of(db, start, row.ends_at, now, proposed=proposed)
        reasons = {
            key: why for key, why in _touched(whole, occurrences, changes).items() if key not in searched
        }
        reasons = _not_set_aside(reasons, aside)
        free = reasons.keys() - occurrences.keys()
    built = await problem_of(db, start, row.ends_at, now, class_ids=free, proposed=proposed)
    stay = searched
    if chosen is None and row.scope == PlanScope.ALL and aside:
        touched = _not_set_aside(_touched(built, occurrences, changes), aside)
        stay = stay | (aside.keys() - touched.keys())
    built = _keeping(_staying(built, stay), occurrences, row.scope, reasons, stay)
    refused = await plan_answers.refused(db, row.id)
    kept: dict[UUID, PlanAssignment] = {}
    if refused:
        again = {class_id for class_id, _ in refused}
        before = await term_plans.assignments(db, row.id)
        kept = {one.class_id: one for one in before if one.instructor_id and one.class_id not in again}
        built = _without_refused(built, refused, kept)
    shown = [
        one
        for one in built.problem.classes
        if one.id in built.planned
        and (row.scope != PlanScope.CHANGED or one.pinned_instructor_id is None or one.id in kept)
    ]
    return Window(built, occurrences, reasons, shown, kept)


async def broken_rules(db: AsyncSession, row: PlanRun, now: datetime) -> list[Violation]:
    """The hard rules that a proposed plan breaks beside what is booked and known by now.

    Classes that keep their instructor, or that of their series, are none of the plan's doing: what they break among
    each other is no reason to refuse all others.
    """
    wanted = {one.class_id: one.instructor_id for one in await term_plans.assignments(db, row.id)}
    window = await read_window(db, row, now, chosen=set(wanted))
    known = {one.id for one in window.built.problem.instructors}
    gone = [Violation(RETIRED, who, (key,)) for key, who in wanted.items() if who and who not in known]
    keep = {key for key, (one, _) in window.occurrences.items() if one.instructor_id == wanted.get(key)}
    classes = [
        one
        if one.id in keep or one.id not in wanted
        else replace(one, pinned_instructor_id=_kept(one, wanted))
        for one in window.built.problem.classes
    ]
    problem = replace(window.built.problem, classes=classes)
    assignment = {one.id: wanted.get(one.id, one.pinned_instructor_id) for one in classes}
    usable = {key: who if who in known else None for key, who in assignment.items()}
    return gone + pins_broken(problem, violations(problem, usable))[1]


def _kept(one: ClassToStaff, wanted: Mapping[UUID, UUID | None]) -> UUID | None:
    """The instructor of a booked class, if the plan leaves it to them."""
    return one.published_instructor_id if one.published_instructor_id == wanted[one.id] else None


def _staying(built: PlanningProblem, stay: Collection[UUID]) -> PlanningProblem:
    """These booked classes keep their instructor."""
    classes = [
        replace(one, pinned_instructor_id=one.published_instructor_id) if one.id in stay else one
        for one in built.problem.classes
    ]
    return replace(built, problem=replace(built.problem, classes=classes))


async def _set_aside(
    db: AsyncSession, start: datetime, end: datetime, occurrences: Occurrences
) -> Mapping[UUID, frozenset[str]]:
    """By class, the rules about its instructor that were set aside for it: by its booking, or by its series."""
    booked = await term_plans.rules_set_aside(db, start, end)
    found = {key: frozenset(rules) - OF_THE_TIME for key, rules in booked.items()}
    found |= {key: _OF_SERIES for key, (_, series) in occurrences.items() if series.override_reason}
    return {key: rules for key, rules in found.items() if rules}


def _not_set_aside(reasons: Reasons, aside: Mapping[UUID, frozenset[str]]) -> Reasons:
    """Why classes are planned anew in spite of what was set aside for them.

    Who has set a rule aside wants the class as it is, also when the course gets other students. A class without
    instructor has no reason, and stays.
    """
    found = {}
    for key, why in reasons.items():
        rules = aside.get(key, frozenset())
        if rules & _TIMES:  # the engine tells these apart no further
            rules |= {NOT_AVAILABLE}
        left = tuple(one for one in why if not rules or one not in {*rules, ChangeKind.ENROLLMENT})
        if left or not why:
            found[key] = left
    return found


def _without_refused(
    built: PlanningProblem, refused: Sequence[tuple[UUID, UUID]], kept: Mapping[UUID, PlanAssignment]
) -> PlanningProblem:
    """Nobody gets a class that was refused with them; what nobody has refused stays as it was proposed.

    An instructor isn't available at the time of such a class, which no other class of the plan needs by then.
    """
    problem = built.problem
    known = {one.id for one in problem.instructors}
    spans = {one.id: Interval(one.starts_at, one.ends_at) for one in problem.spans}
    away: dict[UUID, list[Interval]] = defaultdict(list)
    for class_id, instructor_id in refused:
        if class_id in spans:
            away[instructor_id].append(spans[class_id])
    always = [Interval(min(one.start for one in spans.values()), max(one.end for one in spans.values()))]
    instructors = [
        replace(
            one, available=tuple(difference(always if one.available is None else one.available, away[one.id]))
        )
        if one.id in away
        else one
        for one in problem.instructors
    ]
    classes = [
        replace(one, pinned_instructor_id=kept[one.id].instructor_id)
        if one.id in kept and kept[one.id].instructor_id in known
        else one
        for one in problem.classes
    ]
    return replace(built, problem=replace(problem, instructors=instructors, classes=classes))


_FREES_TIME = frozenset({ChangeKind.SERIES, ChangeKind.CLOSURE})


@dataclass(frozen=True)
class _Changes:
    """The changes after which a plan was proposed."""

    courses: frozenset[UUID] = frozenset()  # whose enrollments have changed
    leave: Mapping[UUID, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)  # by instructor
    frees_time: bool = False  # of instructors: classes that nobody was found for may have somebody by now

    @classmethod
    def of(cls, row: PlanRun) -> "_Changes":
        leave: dict[UUID, list[tuple[datetime, datetime]]] = defaultdict(list)
        for cause in row.causes:
            for start, end in cause.get("spans", ()):
                leave[UUID(cause["id"])].append((datetime.fromisoformat(start), datetime.fromisoformat(end)))
        return cls(
            frozenset(UUID(one["id"]) for one in row.causes if one["kind"] == ChangeKind.ENROLLMENT),
            leave,
            any(one["kind"] in _FREES_TIME for one in row.causes),
        )

    def reason(self, rule: str, instructor_id: UUID | None, one: ClassToStaff) -> str:
        """The rule, or that the instructor is on leave where that is why they aren't available."""
        spans = self.leave.get(instructor_id, ()) if instructor_id and rule == NOT_AVAILABLE else ()
        is_away = any(start < one.ends_at and one.starts_at < end for start, end in spans)
        return ON_LEAVE if is_away else rule


def _touched(whole: PlanningProblem, occurrences: Occurrences, changes: _Changes) -> Reasons:
    """The classes whose instructor breaks a rule by now, that have none, or whose course has changed, and why."""
    classes = {one.id: one for one in whole.problem.classes}
    known = {one.id for one in whole.problem.instructors}
    has = {key: _instructor(one, occurrences) for key, one in classes.items()}
    stands = {key: who if who in known else None for key, who in has.items()}
    reasons: dict[UUID, dict[str, None]] = defaultdict(dict)
    for broken in violations(whole.problem, stands):
        for key in filter(classes.__contains__, broken.class_ids):
            reasons[key][changes.reason(broken.rule, stands[key], classes[key])] = None
    for key, one in classes.items():
        if stands[key] is None:
            is_retired = key not in occurrences or has[key] is not None
            reasons[key] |= {RETIRED: None} if is_retired else {}
        if one.course_id in changes.courses and one.pinned_instructor_id is None:
            reasons[key][ChangeKind.ENROLLMENT] = None
    return {key: tuple(found) for key, found in reasons.items() if key in whole.planned}


def _instructor(one: ClassToStaff, occurrences: Occurrences) -> UUID | None:
    if one.id in occurrences:
        return occurrences[one.id][0].instructor_id
    return one.pinned_instructor_id or one.published_instructor_id


def _keeping(
    built: PlanningProblem,
    occurrences: Occurrences,
    scope: PlanScope,
    reasons: Reasons,
    stay: Collection[UUID],
) -> PlanningProblem:
    """Classes of series that have their instructor keep them, as far as the scope says; those that `stay` always."""
    known = {one.id for one in built.problem.instructors}
    classes = []
    for one in built.problem.classes:
        who = occurrences[one.id][0].instructor_id if one.id in occurrences else None
        if who in known and one.id not in stay and (scope == PlanScope.ALL or one.id in reasons):
            classes.append(replace(one, published_instructor_id=who))
        elif who in known:
            classes.append(replace(one, pinned_instructor_id=who))
        else:
            classes.append(one)
    return replace(built, problem=replace(built.problem, classes=classes))
