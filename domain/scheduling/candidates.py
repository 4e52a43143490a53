"""Ranks the instructors who could teach a class: who may, and whom to ask first.

A hard rule excludes a candidate and says why. The others are scored by a sum of named terms, so that every place in the
ranking can be explained.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.scheduling.availability import Availability
from domain.scheduling.closures import ClosedTime, closing
from domain.scheduling.credentials import Credentials, Requirement, Requirements, unmet


class WhyNot(StrEnum):
    """The hard rules, in the order in which they are named."""

    IS_REPLACED = "is_replaced"  # who cannot teach this class
    RETIRED = "retired"
    NOT_QUALIFIED = "not_qualified"
    LANGUAGE = Requirement.LANGUAGE.value
    REGION = Requirement.REGION.value
    CONSENT = Requirement.CONSENT.value
    CERTIFICATE = Requirement.CERTIFICATE.value
    BACKGROUND_CHECK = Requirement.BACKGROUND_CHECK.value
    CLOSED = "closed"  # a closed day of the organization
    ON_LEAVE = "on_leave"
    NOT_AVAILABLE = "not_available"
    STUDENT_WINDOW = "student_window"  # a student of the class can't have classes then
    DO_NOT_PAIR = "do_not_pair"  # they must not teach a student of the class
    BUSY = "busy"
    BUSY_ELSEWHERE = "busy_elsewhere"  # by their own calendar, which was imported
    NO_BUFFER = "no_buffer"
    REST = "rest"  # between their last class of a day and the first of a later one
    HOURS_OF_DAY = "hours_of_day"
    HOURS_OF_WEEK = "hours_of_week"


# What not even an admin who names the person can set aside.
ABSOLUTE: frozenset[str] = frozenset({WhyNot.IS_REPLACED, WhyNot.RETIRED, WhyNot.BUSY, WhyNot.DO_NOT_PAIR})


class Term(StrEnum):
    """The parts of a score, each between 0 and 1 before it is weighed."""

    KNOWS_STUDENTS = "knows_students"  # the share of the class's students they have taught
    KNOWS_COURSE = "knows_course"
    COST = "cost"  # 1: the cheapest of those whose cost is known, 0: the dearest
    FAIR_SHARE = "fair_share"  # the fewer substitutions lately, the more


@dataclass(frozen=True)
class ClassToTeach:
    subject: str
    level: str
    starts_at: datetime
    ends_at: datetime
    students: int
    replaced_id: UUID | None = None  # the instructor who cannot teach it
    requirements: Requirements = field(default_factory=Requirements)  # of its course
    closed: tuple[ClosedTime, ...] = ()  # of the organization; empty where they are not looked at
    closed_to: tuple[UUID, ...] = ()  # its students who can't have classes at its time


@dataclass(frozen=True)
class Candidate:
    id: UUID
    retired: bool = False
    qualifications: Collection[tuple[str, str]] = ()  # subject and level; an empty level is every level
    credentials: Credentials = field(default_factory=Credentials)
    availability: Availability = field(default_factory=Availability)
    kept_apart: tuple[UUID, ...] = ()  # students of the class whom they must not teach
    taught_students: int = 0  # of the students of the class
    taught_course: bool = False
    hourly_cost: float | None = None
    recent_substitutions: int = 0


@dataclass(frozen=True)
class RankingRules:
    weights: Mapping[Term, float] = field(
        default_factory=lambda: {
            Term.KNOWS_STUDENTS: 4.0,
            Term.KNOWS_COURSE: 2.0,
            Term.FAIR_SHARE: 1.0,
            Term.COST: 1.0,
        }
    )


@dataclass(frozen=True)
class Ranked:
    """A candidate in the order of asking; those with a `why_not` come last and have no score."""

    id: UUID
    score: float = 0.0
    # Weighed: their sum is the score. Keys are of `Term`, or of soft scheduling rules.
    terms: Mapping[str, float] = field(default_factory=dict)
    why_not: tuple[str, ...] = ()  # keys of `WhyNot`, or of other hard scheduling rules

    @property
    def eligible(self) -> bool:
        return not self.why_not


class RuleRanking:
    """Ranks by the rules of this module; candidates who are equal are in the order of their ids."""

    def rank(
        self, wanted: ClassToTeach, candidates: Sequence[Candidate], rules: RankingRules
    ) -> list[Ranked]:
        refusals = {candidate.id: why_not(wanted, candidate) for candidate in candidates}
        eligible = [candidate for candidate in candidates if not refusals[candidate.id]]
        costs = [one.hourly_cost for one in eligible if one.hourly_cost is not None]
        ranked = [_ranked(wanted, candidate, rules, costs) for candidate in eligible]
        ranked.sort(key=lambda one: (-one.score, str(one.id)))
        excluded = [Ranked(key, why_not=reasons) for key, reasons in refusals.items() if reasons]
        return ranked + sorted(excluded, key=lambda one: (len(one.why_not), str(one.id)))


def why_not(wanted: ClassToTeach, candidate: Candidate) -> tuple[WhyNot, ...]:
    """The hard rules that keep a candidate from teaching the class; none: they may."""
    times, start, end = candidate.availability, wanted.starts_at, wanted.ends_at
    busy = times.is_busy(start, end)
    lacking = unmet(wanted.requirements, candidate.credentials, end)
    broken = dict.fromkeys(WhyNot, False) | {
        **{WhyNot(requirement): True for requirement in lacking},
        WhyNot.IS_REPLACED: candidate.id == wanted.replaced_id,
        WhyNot.RETIRED: candidate.retired,
        WhyNot.NOT_QUALIFIED: not is_qualified(wanted, candidate.qualifications),
        WhyNot.CLOSED: closing(wanted.closed, start, end) is not None,
        WhyNot.ON_LEAVE: times.is_on_leave(start, end),
        WhyNot.NOT_AVAILABLE: not times.covers(start, end),
        WhyNot.STUDENT_WINDOW: bool(wanted.closed_to),
        WhyNot.DO_NOT_PAIR: bool(candidate.kept_apart),
        WhyNot.BUSY: busy,
        WhyNot.BUSY_ELSEWHERE: times.is_busy_elsewhere(start, end),
        WhyNot.NO_BUFFER: not busy and times.lacks_buffer(start, end),
        WhyNot.REST: not busy and times.lacks_rest(start, end),
        WhyNot.HOURS_OF_DAY: times.exceeds_day(start, end),
        WhyNot.HOURS_OF_WEEK: times.exceeds_week(start, end),
    }
    return tuple(rule for rule in WhyNot if broken[rule])


def is_qualified(wanted: ClassToTeach, held: Collection[tuple[str, str]]) -> bool:
    """Whether one of the qualifications is for the class's subject, at its level or at every level."""
    subject, level = wanted.subject.casefold(), wanted.level.casefold()
    return any(own.casefold() == subject and own_level.casefold() in ("", level) for own, own_level in held)


def _ranked(
    wanted: ClassToTeach, candidate: Candidate, rules: RankingRules, costs: Sequence[float]
) -> Ranked:
    parts = {
        Term.KNOWS_STUDENTS: candidate.taught_students / wanted.students if wanted.students else 0.0,
        Term.KNOWS_COURSE: float(candidate.taught_course),
        Term.COST: _cheapness(candidate.hourly_cost, costs),
        Term.FAIR_SHARE: 1 / (1 + candidate.recent_substitutions),
    }
    terms: dict[str, float] = {
        term: round(rules.weights.get(term, 0.0) * min(1.0, part), 4) for term, part in parts.items()
    }
    return Ranked(candidate.id, round(sum(terms.values()), 4), terms)


def _cheapness(cost: float | None, costs: Sequence[float]) -> float:
    """An unknown cost is taken for the middle one."""
    if cost is None or len(costs) < 2 or min(costs) == max(costs):
        return 0.5
    return (max(costs) - cost) / (max(costs) - min(costs))
