"""Inputs that create and change members of staff and identity providers."""

import re
from contextlib import suppress
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from domain.people.access import AccessRole
from integrations.email_addresses import ascii_domain
from services.inputs import patterns
from services.inputs.fields import (
    LEFT_OUT,
    Email,
    Name,
    OwnLanguage,
    OwnTimeZone,
    ReaderLanguage,
    Schema,
    TimeZone,
)

StaffRole = Annotated[AccessRole, Field(description="admin or ops", examples=["ops"])]


def staff_only(role: AccessRole) -> None:
    if role not in (AccessRole.ADMIN, AccessRole.OPS):
        raise ValueError("a staff member's role must be admin or ops")


class NewMember(Schema):
    name: Name
    email: Email
    role: StaffRole
    language: OwnLanguage = None
    time_zone: OwnTimeZone = None

    @model_validator(mode="after")
    def _staff(self) -> Self:
        staff_only(self.role)
        return self


class MemberChange(Schema):
    name: Name = LEFT_OUT
    email: Email = LEFT_OUT
    role: StaffRole = LEFT_OUT
    language: ReaderLanguage = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT

    @model_validator(mode="after")
    def _staff(self) -> Self:
        if "role" in self.model_fields_set:
            staff_only(self.role)
        return self


_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"


def _without_repeats(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("a domain is listed twice")
    return values


Issuer = Annotated[
    str,
    StringConstraints(max_length=500, pattern=patterns.ISSUER),
    Field(
        description="The provider's issuer URL. Its configuration at "
        "`/.well-known/openid-configuration` is read when this is saved.",
        examples=["https://accounts.school.example"],
    ),
]


ClientId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, pattern=patterns.CLIENT_ID),
    Field(description="The client registered for Homeroom, with `/sign-in/callback` as its redirect."),
]


ClientSecret = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000, pattern=patterns.CLIENT_SECRET),
    Field(description="Stored encrypted and never shown again."),
]


_DOMAIN = re.compile(rf"(?i:{_LABEL}(\.{_LABEL})+)")


def _domain(value: str) -> str:
    with suppress(ValueError):
        if len(domain := ascii_domain(value)) <= 253 and _DOMAIN.fullmatch(domain):
            return domain
    raise PydanticCustomError("domain", "Must be an email domain, such as school.example")


Domain = Annotated[
    str,
    StringConstraints(to_lower=True, max_length=253),
    AfterValidator(_domain),
    Field(examples=["school.example"]),
]
"""A domain, stored in ASCII; it may be given in Unicode."""


Domains = Annotated[
    list[Domain],
    AfterValidator(_without_repeats),
    Field(
        min_length=1,
        max_length=50,
        description="Email domains whose people sign in with this provider.",
        examples=[["school.example"]],
    ),
]


AddressesVerified = Annotated[
    bool,
    Field(
        description="Take addresses as verified if the provider doesn't say whether they are. Only for a provider "
        "where nobody can enter an address that isn't theirs."
    ),
]


class NewIdentityProvider(Schema):
    issuer: Issuer
    client_id: ClientId
    client_secret: ClientSecret
    domains: Domains
    addresses_verified: AddressesVerified = False


class IdentityProviderChange(Schema):
    issuer: Issuer = LEFT_OUT
    client_id: ClientId = LEFT_OUT
    client_secret: ClientSecret = LEFT_OUT
    domains: Domains = LEFT_OUT
    addresses_verified: AddressesVerified = LEFT_OUT
