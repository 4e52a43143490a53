"""Finds cases by a name in them: of a person, a course or a class, or of another thing that they are about.

The index of trigrams answers which people, courses and classes have the text in their names, and the indexes of cases
and classes then which cases are about them. A text without a trigram, or one in very many names, is compared with the
names of the cases that the other conditions leave.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel

from models.access import Member
from models.booking_import import BookingImport
from models.case_routing import AlertChannel, Rota
from models.course import Course
from models.exception_case import ExceptionCase
from models.people import Guardian, Instructor, Student
from models.series import Series
from models.session import Participant, Session
from models.term_plan import PlanRun

Conditions = Callable[[Any], Sequence[sa.ColumnElement[bool]]]
"""What else a list asks of its cases, on a table of them."""

_MOST_FOUND = 5_000  # rows of a table that have the text; with more, names are compared
_TRIGRAM = re.compile(r"\w{3}")
# The columns that the function `rows_with_text` searches.
_INDEXED: Mapping[type[SQLModel], tuple[str, ...]] = {
    Session: ("title",),
    Course: ("title", "subject"),
    Instructor: ("name", "email"),
    Student: ("name",),
    Guardian: ("name", "email"),
}
# Of these an organization has few rows.
_FEW: Mapping[type[SQLModel], tuple[str, ...]] = {
    Member: ("name",),
    Series: ("title",),
    PlanRun: ("title",),
    BookingImport: ("file_name",),
    Rota: ("name",),
    AlertChannel: ("name",),
}


_NAMED_BY: Mapping[type[SQLModel], tuple[str, ...]] = {**_INDEXED, **_FEW}
_SUBJECTS = (*(table for table in _INDEXED if table is not Session), *_FEW)
# Whose ids are the occasions of cases.
_OCCASIONS = (Instructor, Student)


@dataclass(frozen=True)
class CaseNames:
    """The rows whose names have a text."""

    pattern: str
    found: Mapping[type[SQLModel], list[UUID]]  # of a table that is not here, the names are compared

    def condition(self, case: Any, conditions: Conditions) -> sa.ColumnElement[bool]:
        """That a case has the text in a name; `conditions` narrow down the cases whose names are compared."""
        one, own, person = (cast("Any", aliased(table)) for table in (ExceptionCase, Session, Participant))
        cases = sa.select(one.id).where(*conditions(one))
        of_class = cases.join(own, own.id == one.session_id)
        of_person = cases.join(person, person.session_id == one.session_id)
        ways = [
            *(cases.where(self._names(one.subject_id, table)) for table in _SUBJECTS),
            *(cases.where(self._names(one.occasion, table)) for table in _OCCASIONS),
            of_class.where(self._names(own.id, Session)),
            of_class.where(self._names(own.course_id, Course)),
            of_class.where(self._names(own.instructor_id, Instructor)),
            of_person.where(self._names(person.student_id, Student)),
        ]
        named: sa.ColumnElement[bool] = case.id.in_(sa.union_all(*ways))
        return named

    def _names(self, key: Any, table: type[SQLModel]) -> sa.ColumnElement[bool]:
        """That a column has the id of one of a table's rows."""
        found = self.found.get(table)
        if found is not None:
            is_id = isinstance(key.type, sa.Uuid)
            ids = (
                sa.literal(found, sa.ARRAY(sa.Uuid))
                if is_id
                else sa.literal(list(map(str, found)), sa.ARRAY(sa.Text))
            )
            of_them: sa.ColumnElement[bool] = key == sa.any_(ids)
            return of_them
        columns = sa.inspect(table).columns
        texts = [columns[name].ilike(self.pattern, escape="\\") for name in _NAMED_BY[table]]
        rows = sa.select(sa.cast(columns["id"], key.type)).where(sa.or_(*texts))
        among: sa.ColumnElement[bool] = key.in_(rows)
        return among


async def case_names(db: AsyncSession, text: str) -> CaseNames:
    """What has this text in its name."""
    literal = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{literal}%"
    found = {}
    for table in _INDEXED if _TRIGRAM.search(text) else ():
        name = sa.inspect(table).local_table.name
        rows = list(await db.scalars(sa.select(sa.func.rows_with_text(name, pattern, _MOST_FOUND + 1))))
        if len(rows) <= _MOST_FOUND:
            found[table] = rows
    return CaseNames(pattern, found)
