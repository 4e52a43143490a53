"""Response bodies of identity providers and members."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.people.access import AccessRole
from models.access import SignInBinding
from services.inputs.fields import Schema


class IdentityProviderOut(Schema):
    id: UUID
    issuer: str
    client_id: str
    domains: list[str]
    addresses_verified: bool
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None


class SignInBindingOut(Schema):
    """A person of the staff and the account at an identity provider that they sign in with."""

    id: UUID
    issuer: str
    person_kind: str = Field(description="`member` or `instructor`")
    person_id: UUID
    created_at: AwareDatetime

    @classmethod
    def of(cls, row: SignInBinding) -> Self:
        return cls(
            id=row.id,
            issuer=row.issuer,
            person_kind=row.person_kind,
            person_id=row.person_id,
            created_at=row.created_at,
        )


class MemberOut(Schema):
    id: UUID
    name: str
    email: str
    role: AccessRole
    language: str
    time_zone: str
    first_signed_in_at: AwareDatetime | None = Field(description="Null: they have not signed in yet.")
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None


class InvitationOut(Schema):
    notice_id: UUID = Field(description="The message in the outbox.")
