"""The audience of a statement: which families may read it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field


class AudienceKind(StrEnum):
    EVERYBODY = "everybody"  # all families of the class
    STUDENTS = "students"  # the families of the listed students
    STAFF = "staff"  # the instructor and the organization's staff, no family


@dataclass(frozen=True)
class StatementAudience:
    """Who may read a statement. Staff may always read it."""

    kind: AudienceKind
    students: Annotated[
        tuple[UUID, ...], Field(max_length=500)
    ] = ()  # ids of students; only of the kind `students`
    by_hand: bool = True  # chosen by a person; otherwise it is decided again when the statement is saved

    def includes(self, students: Collection[UUID]) -> bool:
        """Whether a family with these students in the class may read it."""
        if self.kind == AudienceKind.EVERYBODY:
            return True
        return self.kind == AudienceKind.STUDENTS and any(student in self.students for student in students)


EVERYBODY = StatementAudience(AudienceKind.EVERYBODY, by_hand=False)
STAFF = StatementAudience(AudienceKind.STAFF, by_hand=False)


def for_students(students: Collection[UUID]) -> StatementAudience:
    """The audience of these students' families, decided by rule."""
    return StatementAudience(AudienceKind.STUDENTS, tuple(sorted(students)), by_hand=False)
