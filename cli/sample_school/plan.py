"""Who is in the sample school, and its weekly timetable: the same for the same seed and size."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from cli.sample_school.names import TOPICS, YEARS, Tongue, people

DAYS, HOURS = range(6), range(8, 20)  # Monday to Saturday; classes begin on the hour, in the school's zone
_BUSY_HOURS = {hour: 3 if hour >= 16 else 2 if hour >= 13 else 1 for hour in HOURS}
_GROUP_SIZES = (1, 1, 1, 2, 2, 3, 4, 6)
_COURSES_OF_STUDENT = (2, 3, 3, 4, 5)


@dataclass(frozen=True)
class Size:
    instructors: int = 100
    students: int = 1_500
    classes: int = 3_000  # a week
    weeks: int = 12  # past ones

    @classmethod
    def scaled(cls, share: float, weeks: int) -> "Size":
        """The sample at a share of its size; at least one family and one instructor for each subject."""
        least = len(TOPICS)
        return cls(
            max(round(100 * share), least),
            max(round(1_500 * share), 3 * least),
            max(round(3_000 * share), 2 * least),
            weeks,
        )


@dataclass(frozen=True)
class Person:
    number: int
    name: str
    tongue: Tongue


@dataclass(frozen=True)
class Student:
    person: Person
    year: int  # a position in YEARS
    guardians: tuple[int, ...]  # numbers of guardians
    courses: tuple[int, ...]  # numbers of courses


@dataclass(frozen=True)
class Course:
    number: int
    subject: str
    year: int

    @property
    def title(self) -> str:
        return f"{self.subject}, {YEARS[self.year]}"


@dataclass(frozen=True)
class Instructor:
    person: Person
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A class that is held every week, by the same instructor with the same students."""

    number: int
    course: int
    instructor: int
    students: tuple[int, ...]
    day: int
    hour: int


@dataclass(frozen=True)
class School:
    instructors: Sequence[Instructor]
    guardians: Sequence[Person]
    students: Sequence[Student]
    courses: Sequence[Course]
    groups: Sequence[Group]


def plan(size: Size, chance: random.Random) -> School:
    """A school in which nobody has two classes at one time."""
    names = people(chance)
    subjects = list(TOPICS)
    courses = [
        Course(number, subject, year)
        for number, (subject, year) in enumerate(
            (subject, year) for subject in subjects for year in range(len(YEARS))
        )
    ]
    instructors = [
        Instructor(Person(n, name, tongue), _subjects(n, subjects, chance))
        for n, (name, tongue) in enumerate(islice(names, size.instructors))
    ]
    guardians: list[Person] = []
    students: list[Student] = []
    for n, (name, tongue) in enumerate(islice(names, size.students)):
        own = _guardians(guardians, tongue, chance, names)
        year = n % len(YEARS)
        chosen = chance.sample(range(len(subjects)), chance.choice(_COURSES_OF_STUDENT))
        taken = tuple(sorted(subject * len(YEARS) + year for subject in chosen))
        students.append(Student(Person(n, name, tongue), year, own, taken))
    return School(
        instructors, guardians, students, courses, _timetable(size, instructors, students, courses, chance)
    )


def _subjects(number: int, subjects: Sequence[str], chance: random.Random) -> tuple[str, ...]:
    first = subjects[number % len(subjects)]
    return (first, chance.choice(subjects)) if chance.random() < 0.3 else (first,)


def _guardians(
    guardians: list[Person], tongue: Tongue, chance: random.Random, names: Iterator[tuple[str, Tongue]]
) -> tuple[int, ...]:
    """Of a new student: often those of a sibling, else one or two new ones."""
    if guardians and chance.random() < 0.2:
        return (guardians[-1].number,)
    made = []
    for _ in range(2 if chance.random() < 0.25 else 1):
        name, own = next(names)
        guardians.append(Person(len(guardians), name, own if chance.random() < 0.2 else tongue))
        made.append(guardians[-1].number)
    return tuple(made)


def _timetable(
    size: Size,
    instructors: Sequence[Instructor],
    students: Sequence[Student],
    courses: Sequence[Course],
    chance: random.Random,
) -> list[Group]:
    enrolled: dict[int, list[int]] = defaultdict(list)
    for student in students:
        for number in student.courses:
            enrolled[number].append(student.person.number)
    by_subject: dict[str, list[int]] = defaultdict(list)
    for course in courses:
        by_subject[course.subject].append(course.number)
    slots = [(day, hour) for day in DAYS for hour in HOURS]
    weights = [_BUSY_HOURS[hour] for _, hour in slots]
    busy: dict[tuple[int, int], set[int]] = defaultdict(set)
    groups: list[Group] = []
    for n, instructor in enumerate(instructors):
        wanted = size.classes * (n + 1) // len(instructors) - size.classes * n // len(instructors)
        for slot in _sample(slots, weights, min(wanted, len(slots)), chance):
            taught = chance.choice(by_subject[chance.choice(instructor.subjects)])
            free = [one for one in enrolled[taught] if one not in busy[slot]]
            if not free:
                continue
            chosen = chance.sample(free, min(chance.choice(_GROUP_SIZES), len(free)))
            busy[slot].update(chosen)
            groups.append(Group(len(groups), taught, n, tuple(chosen), *slot))
    return groups


def _sample(
    slots: Sequence[tuple[int, int]], weights: Sequence[int], count: int, chance: random.Random
) -> list[tuple[int, int]]:
    """So many different slots, the heavier ones more often."""
    order = sorted(range(len(slots)), key=lambda n: chance.random() ** (1 / weights[n]), reverse=True)
    return [slots[n] for n in order[:count]]
