"""Who can teach a class: candidates by score, and for everybody else the rules that bind."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound
from domain.scheduling.candidates import WhyNot
from domain.scheduling.credentials import unmet
from domain.scheduling.scheduling_rules import SchedulingRules
from matching.calendars import Calendars
from matching.numeric import Pairs
from matching.prepared import PreparedProblem
from matching.problem import ClassToStaff
from matching.ranking import Refusal, rank, refusals
from matching.rules import HARD, SOFT
from models.repositories import planning
from services.planning.problems import PlanningProblem, ProposedClass, problem_of

ON_LEAVE, BUSY_ELSEWHERE, NOT_AVAILABLE = "on_leave", "busy_elsewhere", "not_available"
HELD = "held"
RETIRED = "retired"

# What a rule says of an instructor whom it refuses or makes dearer, by its key.
TEXTS: Mapping[str, str] = {rule.key: rule.text for rule in HARD + SOFT} | {
    WhyNot.CLOSED: "can't teach then, since the school is closed",
    ON_LEAVE: "is on leave at that time",
    HELD: "is held for another booking at that time",
    RETIRED: "is retired",
    BUSY_ELSEWHERE: "is busy at that time, as their own calendar says",
}


def text_of(rule: str) -> str:
    """What a rule says of an instructor, without their name."""
    return TEXTS.get(rule, rule.replace("_", " "))


@dataclass(frozen=True)
class CandidateInstructor:
    id: UUID
    name: str
    score: float  # the lower the better; the sum of the terms
    terms: Mapping[str, float]  # by soft rule, weighed


@dataclass(frozen=True)
class RefusedInstructor:
    id: UUID
    name: str
    refused_by: tuple[Refusal, ...]  # at least one
    score: float  # as of a candidate, for comparison
    terms: Mapping[str, float]
    details: Mapping[str, str] = field(default_factory=dict)  # by rule, what it says of this instructor alone

    def text(self, rule: str) -> str:
        """What a rule says of this instructor, without their name: which certificate, until when."""
        return self.details.get(rule) or text_of(rule)


@dataclass(frozen=True)
class ClassCandidates:
    class_id: UUID
    rules_version: int  # by which they are ranked; 0: none were published
    instructor_id: UUID | None  # who has the class
    candidates: tuple[CandidateInstructor, ...]  # the best first; the class's own instructor is among them
    refused: tuple[RefusedInstructor, ...]  # the least refused first
    titles: Mapping[UUID, str]  # of the classes that refusals name


def refused_to_all(found: ClassCandidates, rule: str) -> ClassCandidates:
    """The same instructors, of whom nobody can teach the class for one more reason."""
    why = Refusal(rule)
    refused = [
        *(RefusedInstructor(one.id, one.name, (why,), one.score, one.terms) for one in found.candidates),
        *(replace(one, refused_by=(why, *one.refused_by)) for one in found.refused),
    ]
    return replace(found, candidates=(), refused=tuple(refused))


async def candidates_for(
    db: AsyncSession,
    wanted: UUID | ProposedClass,
    now: datetime,
    *,
    rules: SchedulingRules | None = None,
    absent: Collection[UUID] = (),
    since: datetime | None = None,
    keeps_time: bool = False,
) -> ClassCandidates:
    """Who can teach a class, which is booked (its id) or not yet, by the published rules or others.

    `absent` instructors are neither ranked nor refused. With `since` the class is taken to begin then, if it begins
    earlier: somebody takes over what is left of it. For `keeps_time` see `problem_of`. Raises NotFound for a class
    that there is not or that was cancelled, UnknownReference for a course that is not in use.
    """
    if isinstance(wanted, ProposedClass):
        built = await problem_of(
            db,
            wanted.starts_at,
            wanted.ends_at,
            now,
            rules=rules,
            class_ids=(),
            proposed=[wanted],
            absent=absent,
        )
        return ranked(built, wanted.id)
    found = await planning.classes_of_ids(db, [wanted])
    if not found:
        raise NotFound(f"there is no class {wanted} that needs an instructor")
    one = found[0]
    built = await problem_of(
        db,
        one.starts_at,
        one.ends_at,
        now,
        rules=rules,
        class_ids=[wanted],
        absent=absent,
        keeps_time=keeps_time,
        read=found,
    )
    if since is not None and one.starts_at < since < one.ends_at:
        built = _beginning(built, wanted, since)
    return ranked(built, wanted)


def ranked(built: PlanningProblem, class_id: UUID) -> ClassCandidates:
    """Who can teach one of the classes of a problem beside what is pinned."""
    calendars = Calendars(PreparedProblem(built.problem))
    return ranked_in(calendars, built, class_id)


def ranked_in(calendars: Calendars, built: PlanningProblem, class_id: UUID) -> ClassCandidates:
    """As `ranked`, in a plan: beside what each instructor has in it. The calendars are restored afterwards."""
    encoded = calendars.prepared.encoded
    found = rank(calendars, class_id)
    candidates = tuple(
        CandidateInstructor(one.instructor_id, built.names[one.instructor_id], one.score, one.terms)
        for one in found.candidates
    )
    free = {one.id for one in candidates}
    positions = [at for at, key in enumerate(encoded.instructor_ids) if key not in free]
    refused = _refused(calendars, built, class_id, positions)
    named = {key for one in refused for refusal in one.refused_by for key in refusal.class_ids}
    return ClassCandidates(
        class_id,
        built.rules_version,
        encoded.problem.classes[encoded.class_position[class_id]].published_instructor_id,
        candidates,
        tuple(sorted(refused, key=lambda one: (len(one.refused_by), one.score, one.name, one.id))),
        {key: built.titles[key] for key in named & built.titles.keys()},
    )


def refusals_of(
    calendars: Calendars, built: PlanningProblem, class_id: UUID, instructor_id: UUID
) -> tuple[Refusal, ...]:
    """What keeps an instructor from a class in a plan; nothing: they can take it. The calendars are restored."""
    at = calendars.prepared.encoded.instructor_ids.index(instructor_id)
    return _refused(calendars, built, class_id, [at])[0].refused_by


def _refused(
    calendars: Calendars, built: PlanningProblem, class_id: UUID, positions: list[int]
) -> list[RefusedInstructor]:
    prepared = calendars.prepared
    at = prepared.encoded.class_position[class_id]
    pairs = Pairs(np.full(len(positions), at, np.int64), np.array(positions, np.int64))
    excluded = {key: forbidden.tolist() for key, forbidden in prepared.refusals(pairs).items()}
    costs = {key: values.tolist() for key, values in prepared.term_costs(pairs).items()}
    one = prepared.encoded.problem.classes[at]
    found = []
    with calendars.without(at):
        costs |= calendars.load_terms(at, positions)
        for place, who in enumerate(positions):
            key = prepared.encoded.instructor_ids[who]
            terms = {rule_key: values[place] for rule_key, values in costs.items()}
            rules = [rule for rule, forbidden in excluded.items() if forbidden[place]]
            reasons = [
                Refusal(finer)
                for rule in rules
                for finer in (
                    _unavailable(built, key, one.starts_at, one.ends_at) if rule == NOT_AVAILABLE else [rule]
                )
            ]
            bindings = _beside_holds(refusals(calendars, calendars.bindings(at, who)), built.holds)
            found.append(
                RefusedInstructor(
                    key,
                    built.names[key],
                    (*reasons, *bindings),
                    sum(terms.values()),
                    terms,
                    _details(built, one, key),
                )
            )
    return found


def _details(built: PlanningProblem, one: ClassToStaff, instructor_id: UUID) -> Mapping[str, str]:
    """What rules say of an instructor and a class, where they can name more than `TEXTS` does."""
    asked, held = built.requirements.get(one.id), built.credentials[instructor_id]
    details = {str(kind): text for kind, text in unmet(asked, held, one.ends_at).items()} if asked else {}
    if closed := built.closed_to.get(one.id):
        are = "isn't" if len(closed) == 1 else "aren't"
        details[WhyNot.STUDENT_WINDOW] = f"can't change that {' and '.join(closed)} {are} free at that time"
    return details


def _beside_holds(found: Sequence[Refusal], holds: Set[UUID]) -> list[Refusal]:
    """A hold is no class that can be named: it refuses by a reason of its own."""
    classes = [
        Refusal(one.rule, named)
        for one in found
        if (named := tuple(key for key in one.class_ids if key not in holds)) or not one.class_ids
    ]
    is_held = any(key in holds for one in found for key in one.class_ids)
    return [*classes, Refusal(HELD)] if is_held else classes


def _unavailable(built: PlanningProblem, instructor_id: UUID, start: datetime, end: datetime) -> list[str]:
    """Why an instructor is not available at this time."""
    times = built.availability[instructor_id]
    broken = {
        ON_LEAVE: times.is_on_leave(start, end),
        NOT_AVAILABLE: not times.covers(start, end),
        BUSY_ELSEWHERE: times.is_busy_elsewhere(start, end),
    }
    return [key for key, is_broken in broken.items() if is_broken]


def _beginning(built: PlanningProblem, class_id: UUID, since: datetime) -> PlanningProblem:
    classes = [replace(one, starts_at=since) if one.id == class_id else one for one in built.problem.classes]
    return replace(built, problem=replace(built.problem, classes=classes))
