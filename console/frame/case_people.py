"""The names of the people that cases are about."""

from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from models.exception_case import ExceptionCase
from models.repositories import names

# Whom the occasions of cases of these kinds name.
_WHO: Mapping[str, str] = {
    ExceptionKind.SUBSTITUTION_REQUESTED: "instructor",
    ExceptionKind.STUDENT_ABSENT: "student",
    ExceptionKind.ATTENDANCE_DISPUTED: "student",
}


async def people_in_cases(db: AsyncSession, shown: Iterable[ExceptionCase]) -> dict[str, str]:
    """Names by id, for `occasion_label`."""
    return await names.of_things(
        db, [(_WHO[case.kind], case.occasion) for case in shown if case.kind in _WHO]
    )
