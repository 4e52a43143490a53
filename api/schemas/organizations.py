"""Organizations, their rules, their keys."""

from datetime import timedelta
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from api.schemas.common import Language, Moment, Name, Schema, TimeZone
from api.schemas.people import LEFT_OUT
from domain.access import KEY_ROLES, AccessRole, Permission, permissions_of
from models.organization import ApiKey


class NewOrganization(Schema):
    name: Name
    time_zone: TimeZone = "UTC"
    language: Language = "en"


class OrganizationMade(Schema):
    id: UUID
    api_key: str = Field(description="Of the role admin. Shown this once; only its hash is kept.")


class OrganizationChange(Schema):
    name: Name = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    language: Language = LEFT_OUT


class OrganizationOut(Schema):
    id: UUID
    name: str
    region: str
    time_zone: str
    language: str
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None


class PolicyChange(Schema):
    """Only what is given changes. Durations are ISO 8601 (`PT15M`) or seconds."""

    reminders_before: list[timedelta] | None = Field(None, max_length=4)
    briefing_before: timedelta | None = None
    room_before: timedelta | None = None
    grace_after_end: timedelta | None = None
    empty_room_for: timedelta | None = None
    review_within: timedelta | None = None
    review_abandoned_after: timedelta | None = None
    segment_seconds: int | None = None
    languages: list[Language] | None = None


class NewKey(Schema):
    name: Name = Field(description="What it is for.", examples=["billing"])
    role: AccessRole = Field(AccessRole.INTEGRATOR, description="admin, ops or integrator")
    scopes: list[Permission] = Field(
        default_factory=list, max_length=len(Permission), description="Empty: all that the role may."
    )
    expires_at: Moment | None = Field(None, description="Left out: it does not expire.")

    @model_validator(mode="after")
    def _within_the_role(self) -> Self:
        if self.role not in KEY_ROLES:
            raise ValueError("a key is of the role admin, ops or integrator")
        if beyond := sorted(set(self.scopes) - permissions_of(self.role)):
            raise ValueError(f"the role {self.role} does not have {', '.join(beyond)}")
        return self


class Rotation(Schema):
    overlap: timedelta = Field(
        timedelta(hours=24),
        ge=timedelta(0),
        le=timedelta(days=30),
        description="How long the old secret goes on working beside the new one.",
    )


class KeyOut(Schema):
    id: UUID
    name: str
    prefix: str = Field(description="The part of the key that is no secret: `hr_<prefix>_…`.")
    role: AccessRole
    scopes: list[Permission]
    created_by: str
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(description="To the minute.")
    revoked_at: AwareDatetime | None

    @classmethod
    def of(cls, row: ApiKey) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class KeyMade(KeyOut):
    api_key: str = Field(description="Shown this once; only its hash is kept.")
