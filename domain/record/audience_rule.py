"""Decides the audience of a statement by whom it is addressed to or speaks of. In doubt, fewer people read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.errors import InvalidInput
from domain.record.audience import EVERYBODY, STAFF, AudienceKind, StatementAudience, for_students
from domain.record.documentation import Statement
from domain.record.student_names import ClassStudent, Mention, StudentNames


@dataclass(frozen=True)
class OutsideAudience:
    """A warning: a statement is about students whose families are not alone in reading it, or do not read it."""

    position: int  # of the statement, from 1
    students: tuple[UUID, ...]  # in order of the class's list


class AudienceRule:
    """The rule for one class. `speakers` maps utterance ids to the identities of their speakers."""

    def __init__(self, students: Sequence[ClassStudent], speakers: Mapping[UUID, str]) -> None:
        self._students = students
        self._names = StudentNames(students)
        self._speakers = speakers
        self._student_of = {student.identity: student.id for student in students}

    def decide(self, statement: Statement, addressed: Iterable[Mention] = ()) -> StatementAudience:
        """The audience of a statement.

        It goes to the student whom it names, whom its quotes name or whose words it quotes; to several students only
        if they are named together. `addressed` are further mentions, in the sentences before the quotes. What concerns
        several students separately, or one of several with the same name, goes to staff until a person decides.
        """
        quoted = self._quoted(statement)
        mentions = [
            *self._named(statement),
            *([] if quoted else [*self._named_in_quotes(statement), *addressed]),
        ]
        concerned = quoted.union(*(mention.students for mention in mentions))
        if not concerned:
            return EVERYBODY
        together = not quoted and any(mention.students == concerned for mention in mentions)
        if any(mention.ambiguous for mention in mentions) or not (len(concerned) == 1 or together):
            return STAFF
        return for_students(concerned)

    def named(self, text: str) -> list[Mention]:
        return self._names.mentions(text)

    def warnings(self, statements: Sequence[Statement]) -> list[OutsideAudience]:
        """The statements about students who are not in their audience; none where the class has one student."""
        if len(self._students) < 2:
            return []
        outside = [
            OutsideAudience(position, self._outside(statement))
            for position, statement in enumerate(statements, start=1)
        ]
        return [warning for warning in outside if warning.students]

    def check(self, audience: StatementAudience) -> StatementAudience:
        """The audience with its students in a fixed order. Raises InvalidInput for a student of another class."""
        known = {student.id for student in self._students}
        if audience.kind != AudienceKind.STUDENTS:
            return replace(audience, students=())
        if not audience.students or not known.issuperset(audience.students):
            raise InvalidInput(
                "a statement is for a student who is not in this class",
                next_step="List ids of this class's students, or choose everybody or staff.",
            )
        return replace(audience, students=tuple(sorted(set(audience.students))))

    def _outside(self, statement: Statement) -> tuple[UUID, ...]:
        audience = statement.audience
        if audience is None or audience.kind == AudienceKind.STAFF:
            return ()
        about = self._quoted(statement).union(*(mention.students for mention in self._named(statement)))
        return tuple(s.id for s in self._students if s.id in about and s.id not in audience.students)

    def _named(self, statement: Statement) -> list[Mention]:
        texts = (statement.text, statement.question, statement.answer)
        return [mention for text in texts if text for mention in self._names.mentions(text)]

    def _named_in_quotes(self, statement: Statement) -> list[Mention]:
        return [
            mention for citation in statement.citations for mention in self._names.mentions(citation.quote)
        ]

    def _quoted(self, statement: Statement) -> frozenset[UUID]:
        """The students whose words the statement quotes."""
        identities = (self._speakers.get(citation.utterance_id, "") for citation in statement.citations)
        return frozenset(self._student_of[one] for one in identities if one in self._student_of)
