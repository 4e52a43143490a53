"""Identity providers: how each is made, changed and read."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from api.schemas.common import Schema
from api.schemas.people import LEFT_OUT

_LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"


def _named_once(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("one of them is named twice")
    return values


Issuer = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^https?://[^\s?#\x00-\x1f\x7f]+$"),
    Field(
        description="As the provider calls itself; its description is below it, at "
        "`/.well-known/openid-configuration`, and is read when this is saved.",
        examples=["https://accounts.school.example"],
    ),
]
ClientId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+$"),
    Field(
        description="Of the client that the provider has for Homeroom, with `/sign-in/callback` as its redirect."
    ),
]
ClientSecret = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000, pattern=r"^[\x20-\x7e]+$"),
    Field(description="Kept sealed and never shown again."),
]
Domain = Annotated[
    str, StringConstraints(to_lower=True, max_length=253, pattern=rf"^(?i:{_LABEL}(\.{_LABEL})+)$")
]
Domains = Annotated[
    list[Domain],
    AfterValidator(_named_once),
    Field(
        min_length=1,
        max_length=50,
        description="Mail domains whose people sign in there.",
        examples=[["school.example"]],
    ),
]


class NewIdentityProvider(Schema):
    issuer: Issuer
    client_id: ClientId
    client_secret: ClientSecret
    domains: Domains


class IdentityProviderChange(Schema):
    issuer: Issuer = LEFT_OUT
    client_id: ClientId = LEFT_OUT
    client_secret: ClientSecret = LEFT_OUT
    domains: Domains = LEFT_OUT


class IdentityProviderOut(Schema):
    id: UUID
    issuer: str
    client_id: str
    domains: list[str]
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    retired_at: AwareDatetime | None
