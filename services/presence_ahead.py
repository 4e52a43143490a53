"""Who is expected in a class that is to come."""

from collections.abc import Iterable
from datetime import datetime

from domain.people.roles import Role
from models.session import Participant


def expected_and_excused(people: Iterable[Participant], starts_at: datetime) -> tuple[list[str], list[str]]:
    """The names of the students who are expected at this start, and of those who cannot come."""
    students = [person for person in people if person.role == Role.STUDENT]
    expected = [person.name for person in students if not person.is_excused(starts_at)]
    return expected, [person.name for person in students if person.is_excused(starts_at)]
