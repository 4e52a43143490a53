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
    """The part of the transcript a statement rests on."""

    utterance_id: UUID
    quote: str  # as it stands in the utterance


@dataclass(frozen=True)
class Statement:
    section: Section
    text: str
    citations: tuple[Citation, ...]
    # For comprehension checks only:
    question: str | None = None
    answer: str | None = None
    outcome: CheckOutcome | None = None


@dataclass(frozen=True)
class Draft:
    engine: str
    statements: tuple[Statement, ...]
    dropped: int = 0  # statements an engine proposed whose citation did not hold

    def section(self, section: Section) -> tuple[Statement, ...]:
        return tuple(s for s in self.statements if s.section == section)


@dataclass(frozen=True)
class ClassRecord:
    """What a drafting engine reads. `roles` maps identity to role; `topics` are the planned topic titles."""

    course: str
    topics: tuple[str, ...]
    utterances: tuple[Utterance, ...]
    roles: dict[str, Role] = field(default_factory=dict)
    language: str = "en"


def for_family(
    statements: Iterable[Statement], speakers: Mapping[UUID, str], *, others: Collection[str]
) -> tuple[Statement, ...]:
    """What a family reads: nothing that rests on what other people's children said. `speakers` are of utterances."""
    return tuple(
        statement
        for statement in statements
        if not any(speakers.get(citation.utterance_id) in others for citation in statement.citations)
    )


class DocumentationStatus(StrEnum):
    DRAFT = "draft"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
