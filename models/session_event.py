"""The append-only table of what happened in sessions, idempotent by source id."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.presence.events import PRESENCE_KINDS, EventKind
from models.base import TenantRow, json_object, utc, within_tenant

_OF_CHAT = sa.text(f"kind = '{EventKind.CHAT}'")
_OF_PRESENCE = sa.text(f"kind in ({', '.join(repr(kind.value) for kind in sorted(PRESENCE_KINDS))})")


class SessionEventRow(TenantRow, table=True):
    __tablename__ = "session_event"
    __table_args__ = (
        within_tenant("session"),
        sa.Index("ix_session_event_session_id_occurred_at", "session_id", "occurred_at"),
        sa.Index("ix_session_event_presence", "session_id", postgresql_where=_OF_PRESENCE),
        sa.Index(
            "ix_session_event_chat", "session_id", "occurred_at", "source_id", postgresql_where=_OF_CHAT
        ),
    )
    session_id: UUID = Field(primary_key=True)
    source_id: str = Field(primary_key=True)
    source: str
    kind: str
    occurred_at: datetime = utc()
    recorded_at: datetime = utc(server_default=sa.func.now())
    identity: str | None = None
    participant_sid: str | None = None
    track_sid: str | None = None
    hidden: bool = False
    data: dict[str, Any] = json_object()
