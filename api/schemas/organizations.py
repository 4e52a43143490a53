"""Organizations, their rules, their keys."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from services.inputs.fields import Schema


class OrganizationMade(Schema):
    id: UUID
    api_key: str = Field(description="Of the role admin. Shown this once; only its hash is kept.")


class OrganizationOut(Schema):
    id: UUID
    name: str
    region: str
    time_zone: str
    language: str
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
