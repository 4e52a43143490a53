"""The change log: what changed and by whom. Triggers append to it; the change feed and the audit log read it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, json_object, listed_within, utc

_BY_STAFF = sa.text("session_id is not null and split_part(actor, ':', 1) in ('member', 'operator')")


class ChangeRow(TenantRow, table=True):
    """One change. Rows are ordered by (`xid`, `seq`) and complete below the oldest transaction that may write them.

    `xid` is the writing transaction. With a sequence alone, readers would miss a row that is committed late.
    """

    __tablename__ = "change_log"
    __table_args__ = (
        sa.Index("ix_change_log_organization_id_xid_seq", "organization_id", "xid", "seq"),
        sa.Index("ix_change_log_organization_id_subject_id", "organization_id", "subject_id"),
        sa.Index("ix_change_log_xid", "xid"),
        listed_within("change_log", "occurred_at", last="seq"),
        listed_within("change_log", "subject", "occurred_at", last="seq"),
        listed_within("change_log", "actor", "occurred_at", last="seq"),
        sa.Index("ix_change_log_touches", "organization_id", "occurred_at", postgresql_where=_BY_STAFF),
    )
    seq: int = Field(sa_column=sa.Column(sa.BigInteger, sa.Identity(always=True), primary_key=True))
    xid: int = Field(
        sa_column=sa.Column(
            sa.BigInteger,
            server_default=sa.text("((pg_current_xact_id())::text)::bigint"),
            nullable=False,
        )
    )
    occurred_at: datetime | None = utc(server_default=sa.text("clock_timestamp()"))
    actor: str  # "key:<id>", "member:<id>"…; "homeroom" for what workflows do
    request_id: str
    kind: str  # "<subject>.<verb>", e.g. "session.cancelled"
    subject: str
    subject_id: UUID
    session_id: UUID | None = None
    changes: dict[str, Any] = json_object()  # field: [before, after]; secrets and long texts are left out
