"""Tables of who is in the rooms now. The statement that records events updates them; the live board reads them.

`domain/presence/live_status.py` says what the columns mean and how an event changes them. There is only the one foreign
key to the session of the same organization, because every webhook pays for each key. Rows are deleted with the session.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, json_list, json_object, utc, within_tenant


class LiveConnection(TenantRow, table=True):
    __tablename__ = "live_connection"
    __table_args__ = (within_tenant("session", ondelete="CASCADE"),)
    organization_id: UUID
    session_id: UUID = Field(primary_key=True)
    identity: str = Field(primary_key=True)
    participant_sid: str = Field(primary_key=True)  # empty: reported by the person's own browser
    hidden: bool
    listed: bool
    announced_at: datetime | None = utc(None)
    observed_at: datetime | None = utc(None)
    first_at: datetime = utc()
    sighted_at: datetime | None = utc(None)
    seen_at: datetime | None = utc(None)
    absent_at: datetime | None = utc(None)
    left_at: datetime | None = utc(None)
    quality_word: int | None = Field(None, sa_type=sa.BigInteger)
    room_sid: str | None = None


class LiveRoom(TenantRow, table=True):
    __tablename__ = "live_room"
    __table_args__ = (within_tenant("session", ondelete="CASCADE"),)
    organization_id: UUID
    session_id: UUID = Field(primary_key=True)
    finished_at: datetime | None = utc(None)  # with remade_at, for processes of the release before `ends`
    remade_at: datetime | None = utc(None)
    ends: list[Any] = json_list()  # of rooms: [kind, time, room sid or null]
    capture_started_at: datetime | None = utc(None)
    capture_ended_at: datetime | None = utc(None)
    capture_seen_at: datetime | None = utc(None)  # the recorder's last heartbeat, on the database's clock
    capture_report: dict[str, Any] = json_object()  # the latest RecorderReport; empty: none
