"""Schools of a given size for a week: instructors with hours and subjects, classes, and what is known of both."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from domain.intervals import Interval
from matching.problem import ClassToStaff, Instructor, Problem, Relationship

MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONES = ("Europe/Berlin", "Africa/Lagos", "Europe/Lisbon", "Europe/Athens")
LEVELS = ("beginner", "intermediate", "advanced")
_LENGTHS = (30, 45, 60, 90)  # minutes
_HOURS = np.array([3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3]) / 43  # how popular each hour from 8 to 20 is
_UNPOPULAR_FROM = 19


@dataclass(frozen=True)
class Size:
    classes: int
    instructors: int
    subjects: int  # the more, the fewer instructors can teach a class
    subjects_each: int = 2

    @property
    def name(self) -> str:
        return f"{self.classes:,} x {self.instructors:,}"


def school(size: Size, seed: int = 0) -> Problem:
    """A week from Monday. The last hours are unpopular, instructors teach about the hours that there are."""
    dice = np.random.default_rng(seed)
    classes = [_class(size, number, dice) for number in range(size.classes)]
    hours = sum(((one.ends_at - one.starts_at) / HOUR for one in classes), 0.0)
    instructors = [
        _instructor(size, number, hours / size.instructors, dice) for number in range(size.instructors)
    ]
    able: dict[tuple[str, str], list[UUID]] = {}
    for instructor in instructors:
        for qualification in instructor.qualifications:
            able.setdefault(qualification, []).append(instructor.id)
    taught: list[ClassToStaff] = []
    known: list[Relationship] = []
    for one in classes:
        candidates = able.get((one.subject, ""), [])
        previous = candidates[dice.integers(len(candidates))] if candidates and dice.random() < 0.8 else None
        taught.append(_with_previous(one, previous))
        for student in one.students:
            known += _relationships(student, previous, candidates, dice)
    return Problem(taught, instructors, known)


def _class(size: Size, number: int, dice: np.random.Generator) -> ClassToStaff:
    day = int(dice.choice(7, p=(0.17, 0.17, 0.17, 0.17, 0.14, 0.12, 0.06)))
    hour = 8 + int(dice.choice(len(_HOURS), p=_HOURS))
    starts_at = MONDAY + timedelta(days=day, hours=hour, minutes=15 * int(dice.integers(4)))
    ends_at = starts_at + timedelta(minutes=int(dice.choice(_LENGTHS, p=(0.4, 0.3, 0.25, 0.05))))
    students = tuple(UUID(int=(3 << 64) + number * 4 + n) for n in range(int(dice.integers(1, 4))))
    return ClassToStaff(
        UUID(int=(1 << 64) + number),
        starts_at,
        ends_at,
        subject=f"subject {dice.integers(size.subjects)}",
        level=LEVELS[dice.integers(3)],
        language="es" if dice.random() < 0.1 else "en",
        certificates=frozenset({"first aid"}) if dice.random() < 0.05 else frozenset(),
        background_check=bool(dice.random() < 0.5),
        region="eu" if dice.random() < 0.7 else "africa",
        consents=frozenset({"recording"}),
        students=students,
        new_students=int(dice.random() < 0.15),
        unpopular=float(hour >= _UNPOPULAR_FROM or day == 6),
    )


def _instructor(size: Size, number: int, hours: float, dice: np.random.Generator) -> Instructor:
    subjects = dice.choice(size.subjects, min(size.subjects, size.subjects_each), replace=False)
    own_hours = hours * float(dice.uniform(0.6, 1.4))
    expiry = MONDAY + timedelta(days=float(dice.uniform(-2, 400)))
    return Instructor(
        UUID(int=(2 << 64) + number),
        zone=ZONES[number % len(ZONES)],
        available=tuple(_available(dice)),
        qualifications=frozenset((f"subject {subject}", "") for subject in subjects),
        languages=frozenset({"en", "es"} if dice.random() < 0.6 else {"en"}),
        certificates={"first aid": expiry} if dice.random() < 0.8 else {},
        background_check_until=expiry if dice.random() < 0.95 else None,
        regions=frozenset({"eu", "africa"} if dice.random() < 0.8 else {"eu"}),
        consents=frozenset({"recording"} if dice.random() < 0.97 else ()),
        buffer=timedelta(minutes=15),
        rest=11 * HOUR,
        most_per_day=8 * HOUR,
        most_per_week=timedelta(hours=round(own_hours * 1.5 + 2)),
        target=timedelta(hours=own_hours),
        hourly_cost=float(dice.uniform(18, 45)),
        preferred=(Interval(MONDAY, MONDAY + timedelta(days=5)),) if dice.random() < 0.3 else (),
        experience=float(dice.uniform(0, 1)),
    )


def _available(dice: np.random.Generator) -> list[Interval]:
    """On each day a long or a short stretch of hours, sometimes none."""
    found = []
    for day in range(7):
        if dice.random() < (0.05 if day < 5 else 0.35):
            continue
        begins = 7 + int(dice.integers(0, 4))
        ends = begins + int(dice.integers(9, 15))
        start = MONDAY + timedelta(days=day)
        found.append(Interval(start + begins * HOUR, start + min(22, ends) * HOUR))
    return found


def _with_previous(one: ClassToStaff, previous: UUID | None) -> ClassToStaff:
    return replace(one, previous_instructor_id=previous)


def _relationships(
    student: UUID, previous: UUID | None, candidates: list[UUID], dice: np.random.Generator
) -> list[Relationship]:
    known = []
    if previous is not None:
        known.append(Relationship(student, previous, int(dice.integers(1, 20)), float(dice.uniform(0.3, 1))))
    if candidates and dice.random() < 0.3:
        other = candidates[dice.integers(len(candidates))]
        if other != previous:
            wanted = float(dice.choice((-1.0, 0.0, 1.0)))
            kept_apart = bool(dice.random() < 0.05)
            known.append(Relationship(student, other, int(dice.integers(0, 3)), None, wanted, kept_apart))
    return known
