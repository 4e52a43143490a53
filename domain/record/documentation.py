"""The documentation of a class: a structured draft in which every statement cites the utterances it rests on."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.people.roles import Role
from domain.record.audience import StatementAudience
from domain.record.student_names import ClassStudent
from domain.record.transcript import Utterance

_CHECK_SENTENCE = re.compile(r"Asked (?:to answer )?“.*”, (?:the answer was “.*”|nobody answered)")


class Section(StrEnum):
    TOPICS = "topics"
    PRACTISED = "practised"
    COMPREHENSION = "comprehension"
    HOMEWORK = "homework"
    NEXT_STEPS = "next_steps"


class CheckOutcome(StrEnum):
    CORRECT = "correct"
    PARTLY = "partly"
    INCORRECT = "incorrect"
    UNANSWERED = "unanswered"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Citation:
    """An utterance that a statement rests on, with the words quoted from it."""

    utterance_id: UUID
    quote: str  # verbatim


@dataclass(frozen=True)
class Statement:
    """One sentence of the documentation, or one comprehension check."""

    section: Section
    text: str
    citations: Annotated[tuple[Citation, ...], Field(max_length=500)]
    # For comprehension checks only:
    question: str | None = None
    answer: str | None = None
    outcome: CheckOutcome | None = None
    # None: not decided yet; staff alone may read it.
    audience: StatementAudience | None = None


@dataclass(frozen=True)
class Draft:
    """A documentation as a drafting engine wrote it."""

    engine: str
    statements: tuple[Statement, ...]
    dropped: int = 0  # number of proposed statements that their citations did not support

    def section(self, section: Section) -> tuple[Statement, ...]:
        return tuple(s for s in self.statements if s.section == section)


@dataclass(frozen=True)
class ClassRecord:
    """The input of a drafting engine. `roles` maps identities to roles; `topics` are the planned topic titles."""

    course: str
    topics: tuple[str, ...]
    utterances: tuple[Utterance, ...]
    roles: dict[str, Role] = field(default_factory=dict)
    language: str = "en"
    students: tuple[ClassStudent, ...] = ()


def for_family(statements: Iterable[Statement], students: Collection[UUID]) -> tuple[Statement, ...]:
    """The statements that a family with these students in the class may read."""
    return tuple(one for one in statements if one.audience is not None and one.audience.includes(students))


def check_sentence(question: str, answer: str | None) -> str:
    """The text of a comprehension check; messages say the same in the reader's language."""
    return f"Asked “{question}”, " + (f"the answer was “{answer}”" if answer else "nobody answered")


def says_its_check(statement: Statement) -> bool:
    """Whether the text of a comprehension check is the one that its question and answer give."""
    if not statement.question:
        return False
    sentence = check_sentence(statement.question, statement.answer)
    return statement.text in (sentence, sentence.replace("Asked", "Asked to answer", 1))


def with_check_sentences(after: Iterable[Statement], before: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements of a new revision; the text of a check follows its corrected question and answer.

    A text that a person wrote stays, unless only question or answer changed since the revision before.
    """
    return tuple(_with_check_sentence(statement, before) for statement in after)


def _with_check_sentence(statement: Statement, before: Sequence[Statement]) -> Statement:
    if not statement.question or says_its_check(statement):
        return statement
    same_text = [one for one in before if one.text == statement.text]
    unchanged = any((one.question, one.answer) == (statement.question, statement.answer) for one in same_text)
    written = statement.text and not same_text and not _CHECK_SENTENCE.fullmatch(statement.text)
    if unchanged or written:
        return statement
    return replace(statement, text=check_sentence(statement.question, statement.answer))


class DocumentationStatus(StrEnum):
    DRAFT = "draft"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
