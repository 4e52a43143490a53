"""Response bodies of API keys."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.people.access import AccessRole, Permission
from models.organization import ApiKey
from services.api_keys import MadeKey
from services.inputs.fields import Schema


class KeyOut(Schema):
    id: UUID
    name: str
    prefix: str = Field(description="The part of the key that is not secret: `hr_<prefix>_…`.")
    role: AccessRole
    scopes: list[Permission]
    created_by: str
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(description="Accurate to a minute.")
    revoked_at: AwareDatetime | None

    @classmethod
    def of(cls, row: ApiKey) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class KeyMade(KeyOut):
    api_key: str = Field(description="Shown only once: Homeroom stores only a hash.")

    @classmethod
    def of_made(cls, made: MadeKey) -> Self:
        return cls(**KeyOut.of(made.row).model_dump(), api_key=made.api_key)
