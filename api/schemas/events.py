"""The change feed and the audit log: two looks at one log."""

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.change_log import ChangeRow
from models.repositories.change_log import write_place
from services.inputs.fields import Schema


class EventOut(Schema):
    """That something changed; what it is now is read where it lives."""

    id: str = Field(description="Its place in the log, to go on from.", examples=["48213-90417"])
    kind: str = Field(examples=["session.live"])
    subject: str = Field(examples=["session"])
    subject_id: UUID
    session_id: UUID | None
    occurred_at: AwareDatetime
    actor: str = Field(
        description="`key:<id>`, `member:<id>`, `instructor:<id>`…; `homeroom` for what workflows do."
    )
    changed: list[str] = Field(description="The fields that changed; their values are not in the feed.")

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate(_event(row))


class Feed(Schema):
    items: list[EventOut]
    next_cursor: str = Field(description="Send it as `cursor`, now or later, for what comes behind these.")

    @classmethod
    def of(cls, rows: Sequence[Any], next_cursor: str) -> Self:
        """All at once, which takes much less time than one by one."""
        return cls.model_validate({"items": [_event(row) for row in rows], "next_cursor": next_cursor})


def _event(row: Any) -> dict[str, Any]:
    return _common(row) | {"changed": sorted(row.changes)}


def _common(row: Any) -> dict[str, Any]:
    return {
        "id": write_place(row),
        "kind": row.kind,
        "subject": row.subject,
        "subject_id": row.subject_id,
        "session_id": row.session_id,
        "occurred_at": row.occurred_at,
        "actor": row.actor,
    }


class AuditOut(Schema):
    id: str
    kind: str
    subject: str
    subject_id: UUID
    session_id: UUID | None
    occurred_at: AwareDatetime
    actor: str
    request_id: str = Field(description="The X-Request-Id of the request that did it.")
    changes: dict[str, list[Any]] = Field(description="Field: [before, after].")

    @classmethod
    def of(cls, row: ChangeRow) -> Self:
        return cls(**_common(row), request_id=row.request_id, changes=row.changes)
