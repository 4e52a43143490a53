"""Response bodies of identity providers and members."""

from uuid import UUID

from pydantic import AwareDatetime

from domain.people.access import AccessRole
from services.inputs.fields import Schema


class IdentityProviderOut(Schema):
    id: UUID
    issuer: str
    client_id: str
    domains: list[str]
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None


class MemberOut(Schema):
    id: UUID
    name: str
    email: str
    role: AccessRole
    language: str
    time_zone: str
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None
