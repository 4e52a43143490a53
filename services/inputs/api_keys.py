"""Inputs that create and rotate API keys."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator

from domain.people.access import KEY_ROLES, AccessRole, Permission, permissions_of
from services.inputs.fields import Moment, Name, Schema


class NewKey(Schema):
    name: Name = Field(description="What the key is for.", examples=["billing"])
    role: AccessRole = Field(AccessRole.INTEGRATOR, description="admin, ops or integrator")
    scopes: list[Permission] = Field(
        default_factory=list,
        max_length=len(Permission),
        description="Empty: everything that the role allows.",
    )
    expires_at: Moment | None = Field(None, description="Left out: the key doesn't expire.")

    @model_validator(mode="after")
    def _within_the_role(self) -> Self:
        if self.role not in KEY_ROLES:
            raise ValueError("a key's role must be admin, ops or integrator")
        if beyond := sorted(set(self.scopes) - permissions_of(self.role)):
            raise ValueError(f"the role {self.role} does not have {', '.join(beyond)}")
        return self


class Rotation(Schema):
    overlap: timedelta = Field(
        timedelta(hours=24),
        ge=timedelta(0),
        le=timedelta(days=30),
        description="How long the old secret keeps working beside the new one.",
    )
