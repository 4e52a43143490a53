"""Response bodies of organizations."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from services.inputs.fields import Schema


class OrganizationMade(Schema):
    id: UUID
    api_key: str = Field(
        description="A key with the role admin. Shown only once: Homeroom stores only a hash."
    )


class OrganizationOut(Schema):
    id: UUID
    name: str
    region: str
    time_zone: str
    language: str
    contact_email: str | None
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
