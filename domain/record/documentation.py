"""The documentation of a class: a structured draft in which every statement cites the utterances it rests on."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from domain.people.roles import Role
from domain.record.transcript import Utterance


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
    citations: tuple[Citation, ...]
    # For comprehension checks only:
    question: str | None = None
    answer: str | None = None
    outcome: CheckOutcome | None = None


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


def for_family(
    statements: Iterable[Statement], speakers: Mapping[UUID, str], *, others: Collection[str]
) -> tuple[Statement, ...]:
    """The statements that a family may read: none that cites what other families' children said.

    `speakers` maps utterance ids to identities; `others` are the identities of the other children.
    """
    return tuple(
        statement
        for statement in statements
        if not any(speakers.get(citation.utterance_id) in others for citation in statement.citations)
    )


class DocumentationStatus(StrEnum):
    DRAFT = "draft"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
