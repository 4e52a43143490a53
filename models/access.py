"""Tables of sign-in: staff, sign-in links, signed-in browsers, identity providers, attempts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from domain.people.access import AccessRole
from models.base import TenantRow, enum_column, json_list, referred_within_tenant, utc


class Member(TenantRow, table=True):
    """Staff of an organization: signs in to the console as admin or ops."""

    __table_args__ = (
        referred_within_tenant(),
        sa.Index(
            "uq_member_organization_id_email",
            "organization_id",
            "email",
            unique=True,
            postgresql_where=sa.text("retired_at is null"),
        ),
    )
    id: UUID = Field(primary_key=True)
    name: str
    email: str
    role: AccessRole = enum_column(AccessRole)
    language: str = "en"
    time_zone: str = "UTC"
    first_signed_in_at: datetime | None = utc(None)  # None: the invitation is pending
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class SignInLink(TenantRow, table=True):
    """A sign-in link that was mailed. It works once, for a short time; only the SHA-256 of its token is stored."""

    __tablename__ = "sign_in_link"
    id: UUID = Field(primary_key=True)
    token_hash: str = Field(unique=True)
    subject_kind: str  # member | instructor | guardian
    subject_id: UUID
    created_at: datetime = utc()
    expires_at: datetime = utc()
    used_at: datetime | None = utc(None)


class SignedIn(TenantRow, table=True):
    """A browser that is signed in. Only the SHA-256 of its cookie is stored."""

    __tablename__ = "signed_in"
    id: UUID = Field(primary_key=True)
    token_hash: str = Field(unique=True)
    subject_kind: str  # member | instructor | guardian | operator
    subject_id: UUID | None = None  # None: the operator of the deployment
    method: str  # mail | oidc | link | desk
    created_at: datetime = utc()
    last_seen_at: datetime = utc()
    expires_at: datetime = utc()
    ended_at: datetime | None = utc(None)
    ended_everywhere: bool = False  # by a sign-out from all browsers
    link_id: UUID | None = Field(None, unique=True)  # of the operator's link, which works once


class IdentityProvider(TenantRow, table=True):
    """An OpenID Connect provider that an organization's people sign in with."""

    __tablename__ = "identity_provider"
    id: UUID = Field(primary_key=True)
    issuer: str
    client_id: str
    client_secret: str  # sealed with the deployment's secret
    domains: list[Any] = json_list()  # mail domains of the people who sign in with it
    # Whether an address counts as verified if the provider does not say (`email_verified` is absent).
    addresses_verified: bool = False
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)
    retired_at: datetime | None = utc(None)


class ProvenDomain(TenantRow, table=True):
    """A mail domain that is an organization's own, so that its people may be led to its identity provider."""

    __tablename__ = "proven_domain"
    __table_args__ = (sa.UniqueConstraint("domain"),)
    id: UUID = Field(primary_key=True)
    domain: str
    proof: str  # dns | operator | claim: its provider was there before domains had to be proven
    created_at: datetime = utc()


class SignInBinding(TenantRow, table=True):
    """The account at an identity provider that a person of the staff signs in with, bound at the first sign-in.

    From then on issuer and subject decide who signs in, not the mail address. Releasing a binding deletes it.
    """

    __tablename__ = "sign_in_binding"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "issuer", "subject", "person_kind"),
        sa.UniqueConstraint("organization_id", "person_id", "issuer"),
    )
    id: UUID = Field(primary_key=True)
    issuer: str
    subject: str  # `sub` of the ID token
    person_kind: str  # member | instructor
    person_id: UUID
    created_at: datetime = utc()


class SignInAttempt(SQLModel, table=True):
    """An attempt that counts towards lock-out. It has no organization, since nobody is signed in yet."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (sa.Index("ix_sign_in_attempt_about_attempted_at", "about", "attempted_at"),)
    id: UUID = Field(primary_key=True)
    about: str  # SHA-256 of the mail address, or of the network that the request came from
    attempted_at: datetime = utc()
