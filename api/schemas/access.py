"""Response bodies of identity providers and members."""

from dataclasses import asdict
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.people.access import AccessRole
from models.access import SignInBinding
from services.inputs.fields import Schema
from services.sign_in_domains import Proof, SignInDomain


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


class SignInDomainOut(Schema):
    """A mail domain of an identity provider, and the TXT record that proves it."""

    domain: str
    provider_id: UUID
    proof: Proof | None = Field(
        description="How it was proven: `dns`, `operator`, or `claim` for providers from before domains had to be "
        "proven. Null: it isn't, and leads nobody to the provider."
    )
    proven_at: AwareDatetime | None
    record_name: str = Field(description="Where to publish the TXT record.")
    record_value: str = Field(description="What it must say.")

    @classmethod
    def of(cls, found: SignInDomain) -> Self:
        return cls(**asdict(found))


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
