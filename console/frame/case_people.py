"""The names of the people that cases are about, and whose name stands first."""

from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.catalogue import case_kind
from domain.cases.kinds import ExceptionKind
from domain.people.roles import Role
from models.exception_case import ExceptionCase
from models.repositories import names
from models.repositories.cases import QueuedCase

# Whom the occasions of cases of these kinds name.
_ANYBODY = ("student", "instructor")
_WHO: Mapping[str, tuple[str, ...]] = {
    ExceptionKind.SUBSTITUTION_REQUESTED: ("instructor",),
    ExceptionKind.STUDENT_ABSENT: ("student",),
    ExceptionKind.ATTENDANCE_DISPUTED: ("student",),
    ExceptionKind.SPEAKER_MISSING: _ANYBODY,
    ExceptionKind.POOR_CONNECTION: _ANYBODY,
    ExceptionKind.DOUBLE_BOOKING: _ANYBODY,
    ExceptionKind.INSTRUCTOR_UNAVAILABLE: ("instructor",),
}


async def people_in_cases(db: AsyncSession, shown: Iterable[ExceptionCase]) -> dict[str, str]:
    """Names by id, for `occasion_label`."""
    return await names.of_things(
        db, [(who, case.occasion) for case in shown for who in _WHO.get(case.kind, ())]
    )


def who_first(queued: QueuedCase, people: Mapping[str, str]) -> str:
    """The person whom a case about a class concerns first; empty where it concerns all of the class, or no class.

    `people` are names by id, of `people_in_cases`.
    """
    about = case_kind(queued.case.kind).about
    if about == Role.STUDENT:
        return people.get(queued.case.occasion, "")
    return queued.at.instructor if queued.at and about == Role.INSTRUCTOR else ""
