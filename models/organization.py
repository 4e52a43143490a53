"""Tables of regions, organizations (the tenants) and their API keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from domain.people.access import AccessRole
from models.base import TenantRow, enum_column, json_list, json_object, utc


class Region(SQLModel, table=True):
    """A data location: its own Temporal namespace, database, LiveKit cluster and object store."""

    id: str = Field(primary_key=True)
    title: str


class Organization(SQLModel, table=True):
    id: UUID = Field(primary_key=True)
    name: str
    region: str = Field(foreign_key="region.id")
    time_zone: str = "UTC"  # IANA
    language: str = "en"  # ISO 639-1
    contact_email: str | None = None  # where answers to mails go
    policy: dict[str, Any] = json_object()  # the fields of SessionPolicy that differ from the defaults
    # The fields of SubstitutionPolicy that differ from the defaults.
    substitution_policy: dict[str, Any] = json_object()
    # The fields of SelfServicePolicy that differ from the defaults.
    self_service_policy: dict[str, Any] = json_object()
    # The fields of PlanningPolicy that differ from the defaults.
    planning_policy: dict[str, Any] = json_object()
    version: int = 1
    updated_at: datetime | None = utc(None)
    created_at: datetime = utc()


class ApiKey(TenantRow, table=True):
    """An API key. Only the SHA-256 of its secret is stored; it is looked up by `prefix`."""

    __tablename__ = "api_key"
    id: UUID = Field(primary_key=True)
    name: str
    prefix: str = Field(unique=True)
    secret_hash: str
    role: AccessRole = enum_column(AccessRole, AccessRole.INTEGRATOR)
    scopes: list[Any] = json_list()  # permissions; empty: all of the role
    version: int = 1
    created_by: str = ""
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    expires_at: datetime | None = utc(None)
    last_used_at: datetime | None = utc(None)
    revoked_at: datetime | None = utc(None)
