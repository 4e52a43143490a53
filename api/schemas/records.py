"""What is left of a class: transcript, attendance, documentation, notices, exceptions."""

from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime

from api.schemas.common import Schema
from domain.documentation import DocumentationStatus, Statement
from domain.roles import Role
from domain.transcript import Utterance, Word
from models.documentation import DocumentationRevision
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.record import AttendanceRow


class UtteranceOut(Schema):
    id: UUID
    participant_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    text: str
    words: tuple[Word, ...]
    language: str
    confidence: float
    engine: str

    @classmethod
    def of(cls, utterance: Utterance) -> Self:
        return cls(
            id=utterance.id,
            participant_id=UUID(utterance.identity),
            starts_at=utterance.starts_at,
            ends_at=utterance.ends_at,
            text=utterance.text,
            words=utterance.words,
            language=utterance.language,
            confidence=utterance.confidence,
            engine=utterance.engine,
        )


class AttendanceOut(Schema):
    participant_id: UUID
    role: Role  # an observer was there, and is nobody the class waits for
    seconds: float
    first_joined_at: AwareDatetime | None
    last_left_at: AwareDatetime | None
    reconnects: int
    connections: list[Any]
    engagement: dict[str, Any]

    @classmethod
    def of(cls, row: AttendanceRow, role: Role) -> Self:
        values = {name: getattr(row, name) for name in cls.model_fields if name != "role"}
        return cls(role=role, **values)


class RevisionOut(Schema):
    revision: int
    author: str
    reason: str
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: DocumentationRevision) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class DocumentationOut(Schema):
    status: DocumentationStatus
    revision: int
    changes_wanted: str
    approved_by: str | None
    approved_at: AwareDatetime | None
    statements: tuple[Statement, ...]
    revisions: list[RevisionOut]


class RevisionMade(Schema):
    revision: int


class NoticeOut(Schema):
    id: UUID
    kind: str
    recipient_kind: str
    recipient_id: UUID
    subject: str
    created_at: AwareDatetime
    send_after: AwareDatetime
    sent_at: AwareDatetime | None
    failed_at: AwareDatetime | None
    attempts: int
    error: str

    @classmethod
    def of(cls, row: Notice) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class CaseOut(Schema):
    id: UUID
    kind: str
    occasion: str
    severity: str
    owner: str
    state: str
    due_at: AwareDatetime
    detail: dict[str, Any]
    opened_at: AwareDatetime

    @classmethod
    def of(cls, row: ExceptionCase) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})
