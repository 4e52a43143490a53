"""What is left of a class: transcript, attendance, documentation, notices, exceptions."""

from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.schemas.common import Schema, Text
from domain.documentation import DocumentationStatus, Statement
from domain.notices import DeliveryState
from domain.roles import Role
from domain.transcript import Utterance, Word
from models.documentation import DocumentationRevision
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.record import AttendanceRow
from models.repositories.cases import QueuedCase


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
    session_id: UUID
    state: DeliveryState
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


class NoticeDetail(NoticeOut):
    address: str
    text: str
    html: str


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
    assignee: str = Field(description="Who took it: `member:<id>`, `key:<id>`…; empty: nobody yet.")
    resolved_at: AwareDatetime | None
    resolved_by: str
    resolution: str

    @classmethod
    def of(cls, row: ExceptionCase) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class QueuedCaseOut(CaseOut):
    session_id: UUID
    session_title: str
    session_starts_at: AwareDatetime
    time_zone: str

    @classmethod
    def of_queued(cls, queued: QueuedCase) -> Self:
        own = {name: getattr(queued.case, name) for name in (*CaseOut.model_fields, "session_id")}
        return cls(
            **own,
            session_title=queued.session_title,
            session_starts_at=queued.session_starts_at,
            time_zone=queued.time_zone,
        )


class Assignment(Schema):
    member_id: UUID | None = Field(None, description="Left out: whoever asks.")


class Resolution(Schema):
    resolution: Text = Field("", max_length=2000, description="What was done, in words.")
