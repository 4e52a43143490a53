"""Shared shapes. API schemas are apart from tables and mapped explicitly."""

from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _is_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("not an IANA time zone; an example is Europe/Madrid")
    return value


TimeZone = Annotated[str, AfterValidator(_is_zone), Field(examples=["Europe/Madrid"])]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2}$"), Field(examples=["en"])]
# One address without display name, comment or control character.
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"]{1,190}$"),
    Field(examples=["a@b.example"]),
]


class Created(Schema):
    id: UUID
