"""Response bodies of exceptions, their history and incidents."""

from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.schemas.records import SessionIfAny, SubjectKindOf
from domain.cases.catalogue import case_kind
from models.exception_case import CaseEntry, ExceptionCase, Incident
from models.repositories.cases import HandlingTimes, QueuedCase
from services.bulk_cases import CaseResult
from services.inputs.fields import Schema


class CaseOut(Schema):
    id: UUID
    subject_kind: SubjectKindOf
    subject_id: UUID
    kind: str
    occasion: str
    severity: str
    owner: str
    queue: str = Field(description="Whose work it is.")
    state: str = Field(description="open, acknowledged, in_progress, snoozed, resolved or self_resolved.")
    due_at: AwareDatetime
    acknowledge_due_at: AwareDatetime = Field(description="Later, the next in line is told.")
    detail: dict[str, Any]
    opened_at: AwareDatetime
    count: int = Field(description="How often the same was reported while the exception was unresolved.")
    repairs: int = Field(description="How many repairs were tried; its history says which.")
    assignee: str = Field(description="`member:<id>`, `key:<id>`…, or empty if nobody has taken it.")
    acknowledged_at: AwareDatetime | None
    acknowledged_by: str
    snoozed_until: AwareDatetime | None
    resolved_at: AwareDatetime | None
    resolved_by: str
    resolution: str
    incident_id: UUID | None = Field(description="Of exceptions at one time that have one cause.")

    @classmethod
    def of(cls, row: ExceptionCase) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class QueuedCaseOut(CaseOut):
    subject_title: str = Field(description="Title or name of the subject; empty if it has none.")
    session_id: SessionIfAny
    session_title: str | None
    session_starts_at: AwareDatetime | None
    time_zone: str | None = Field(description="The class's time zone.")

    @classmethod
    def of_queued(cls, queued: QueuedCase) -> Self:
        return cls(**_queued(queued))


class CaseDetail(QueuedCaseOut):
    happened: str = Field(description="What happened, in one sentence.")
    runbook: str = Field(description="What to do.")
    evidence: list[dict[str, str]] = Field(description="Rows that show it, by kind, id and time.")

    @classmethod
    def of_queued(cls, queued: QueuedCase) -> Self:
        kind = case_kind(queued.case.kind)
        return cls(
            **_queued(queued),
            happened=kind.happened,
            runbook=kind.runbook,
            evidence=queued.case.evidence,
        )


class EntryOut(Schema):
    id: UUID
    happened_at: AwareDatetime
    by: str = Field(description="`member:<id>`, `key:<id>`…; `homeroom` for what happens by itself.")
    kind: str = Field(description="opened, reported, told, escalated, acknowledged, tried, resolved…")
    text: str = Field(description="A comment or a resolution.")
    detail: dict[str, Any] = Field(
        description="Codes, counts and ids. Of `tried`: `repair`, and its `result`, which is worked, failed or waiting."
    )

    @classmethod
    def of(cls, row: CaseEntry) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class IncidentOut(Schema):
    id: UUID
    outage: str = Field(description="media_server, recorders, store or mail.")
    opened_at: AwareDatetime
    latest_at: AwareDatetime = Field(description="When the latest of its exceptions was opened.")
    resolved_at: AwareDatetime | None
    exceptions: int = Field(description="How many exceptions belong to it.")
    unresolved: int

    @classmethod
    def of(cls, row: Incident, total: int, unresolved: int) -> Self:
        own = {name: getattr(row, name) for name in ("id", "outage", "opened_at", "latest_at", "resolved_at")}
        return cls(**own, exceptions=total, unresolved=unresolved)


class HandlingTimesOut(Schema):
    kind: str
    exceptions: int = Field(description="How many were opened.")
    resolved: int = Field(description="Of these, how many are resolved.")
    self_resolved: int = Field(description="Of these, how many resolved themselves.")
    acknowledge_median: timedelta | None = Field(description="From opening; null if none was acknowledged.")
    acknowledge_p90: timedelta | None = Field(description="Nine of ten were acknowledged within it.")
    resolve_median: timedelta | None = Field(description="From opening; null if none is resolved.")
    resolve_p90: timedelta | None

    @classmethod
    def of(cls, times: HandlingTimes) -> Self:
        own = {name: _whole(getattr(times, name)) for name in cls.model_fields if name != "exceptions"}
        return cls(**own, exceptions=times.cases)


def _whole(value: object) -> object:
    """A time in whole seconds: the format `duration` has no fractions (RFC 3339, appendix A)."""
    return timedelta(seconds=round(value.total_seconds())) if isinstance(value, timedelta) else value


class BulkResult(Schema):
    id: UUID
    done: bool
    code: str | None = Field(description="Of the error; null if it is done.")
    detail: str | None

    @classmethod
    def of(cls, result: CaseResult) -> Self:
        error = result.error
        return cls(
            id=result.case_id,
            done=error is None,
            code=error.code if error else None,
            detail=error.detail if error else None,
        )


def _queued(queued: QueuedCase) -> dict[str, Any]:
    own = {name: getattr(queued.case, name) for name in (*CaseOut.model_fields, "session_id")}
    return own | {
        "subject_title": queued.title,
        "session_title": queued.title if queued.at else None,
        "session_starts_at": queued.at.starts_at if queued.at else None,
        "time_zone": queued.at.time_zone if queued.at else None,
    }
