"""The tables of who is told of exceptions: versions of the rules, on-call rotas, channels, people's preferences."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.cases.channels import ChannelKind
from domain.cases.routing import Weekday
from models.base import (
    TenantRow,
    enum_column,
    json_list,
    json_object,
    listed_by,
    referred_within_tenant,
    utc,
    within_tenant,
)


class CaseRouting(TenantRow, table=True):
    """A version of the rules: a draft until it is published; the latest published one routes cases."""

    __tablename__ = "case_routing"
    __table_args__ = (sa.UniqueConstraint("organization_id", "number"),)
    id: UUID = Field(primary_key=True)
    number: int  # from 1
    rules: dict[str, Any] = json_object()  # domain.cases.routing.Rules
    version: int = 1  # of the draft
    created_by: str  # "member:<id>", "key:<id>"…: who changed it last
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    published_by: str = ""
    published_at: datetime | None = utc(None)


class Rota(TenantRow, table=True):
    """People who take weekly turns of duty."""

    __table_args__ = (referred_within_tenant(), listed_by("rota", "created_at"))
    id: UUID = Field(primary_key=True)
    name: str
    members: list[Any] = json_list()  # their ids, in the order of their turns
    hand_over_on: Weekday = enum_column(Weekday)
    hand_over_at: time  # wall time in `time_zone`
    time_zone: str  # IANA
    starts_on: date  # the first turn begins on this day
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class RotaOverride(TenantRow, table=True):
    """Somebody who has duty in place of whoever's turn it is."""

    __tablename__ = "rota_override"
    __table_args__ = (
        within_tenant("rota", ondelete="CASCADE"),
        within_tenant("member"),
        sa.Index("ix_rota_override_rota_id_ends_at", "rota_id", "ends_at"),
    )
    id: UUID = Field(primary_key=True)
    rota_id: UUID
    member_id: UUID
    starts_at: datetime = utc()
    ends_at: datetime = utc()
    created_by: str
    created_at: datetime = utc()


class AlertChannel(TenantRow, table=True):
    """Where exceptions are told of besides the mail of single people."""

    __tablename__ = "alert_channel"
    __table_args__ = (referred_within_tenant(), listed_by("alert_channel", "created_at"))
    id: UUID = Field(primary_key=True)
    name: str
    kind: ChannelKind = enum_column(ChannelKind)
    target: str  # the address or URL, sealed with the deployment's secret
    secret: str = ""  # that webhooks are signed with, sealed; empty: none
    shown: str  # what may be shown of the target
    includes_names: bool = False  # whether alerts name people and classes
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class AlertPreference(TenantRow, table=True):
    """When a member of staff wants to be told of exceptions; critical ones are told at once."""

    __tablename__ = "alert_preference"
    __table_args__ = (within_tenant("member"),)
    member_id: UUID = Field(primary_key=True)
    quiet_from: time | None = None  # wall time in the member's zone
    quiet_until: time | None = None
    only_critical: bool = False
    updated_at: datetime = utc()
