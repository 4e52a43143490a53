"""Response bodies of the change feed and the audit log, both read from the change log."""

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.change_log import ChangeRow
from models.repositories.change_log import write_position
from services.inputs.fields import Schema


class EventOut(Schema):
    """A change. Read the subject itself for its current values."""

    id: str = Field(
        description="The position in the log. Use it as `cursor` to continue from here.",
        examples=["48213-90417"],
    )
    kind: str = Field(examples=["session.live"])
    subject: str = Field(examples=["session"])
    subject_id: UUID
    session_id: UUID | None
    occurred_at: AwareDatetime
    actor: str = Field(
        description="`key:<id>`, `member:<id>`, `instructor:<id>`…, or `homeroom` for workflows."
    )
    changed: list[str] = Field(description="Names of the changed fields. The feed has no values.")

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate(_event(row))


class Feed(Schema):
    items: list[EventOut]
    next_cursor: str = Field(description="Send it as `cursor`, now or later, to get the changes after these.")

    @classmethod
    def of(cls, rows: Sequence[Any], next_cursor: str) -> Self:
        """Validate all rows at once, which is much faster than one by one."""
        return cls.model_validate({"items": [_event(row) for row in rows], "next_cursor": next_cursor})


def _event(row: Any) -> dict[str, Any]:
    return _common(row) | {"changed": sorted(row.changes)}


def _common(row: Any) -> dict[str, Any]:
    return {
        "id": write_position(row),
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
    request_id: str = Field(description="X-Request-Id of the request that made the change.")
    changes: dict[str, list[Any]] = Field(description="Field name to `[before, after]`.")

    @classmethod
    def of(cls, row: ChangeRow) -> Self:
        return cls(**_common(row), request_id=row.request_id, changes=row.changes)
