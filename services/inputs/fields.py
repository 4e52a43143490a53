"""Field types that inputs share: times, zones, names, addresses."""

from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    NaiveDatetime,
    StringConstraints,
)

# Outside these years arithmetic with time zones and offsets leaves what a calendar holds.
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _is_zone(value: str) -> str:
    if value not in known_zones():
        raise ValueError("must be an IANA time zone, such as Europe/Madrid")
    return value


def _in_our_time(value: datetime) -> datetime:
    if not _FIRST <= value < _LAST:
        raise ValueError("must be between the years 2000 and 2100")
    return value.astimezone(UTC)


def _wall_in_our_time(value: datetime) -> datetime:
    _in_our_time(value.replace(tzinfo=UTC))
    return value


def _named_once(values: list[UUID]) -> list[UUID]:
    if len(set(values)) != len(values):
        raise ValueError("one of them is listed twice")
    return values


TimeZone = Annotated[str, AfterValidator(_is_zone), Field(examples=["Europe/Madrid"])]
Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
"""A time with its zone, in a year in which there are classes; UTC from here on."""
WallTime = Annotated[NaiveDatetime, AfterValidator(_wall_in_our_time)]
"""What a clock shows, in a zone that is known from elsewhere."""
Ids = Annotated[list[UUID], AfterValidator(_named_once)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Without control characters; lines and tabs may be in it."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
"""One line."""
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2}$"), Field(examples=["en"])]
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
EMAIL = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*$"
Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=EMAIL),
    Field(examples=["a@b.example"]),
]
"""One address without display name or comment, as every mail server takes it."""


LEFT_OUT: Any = Field(default_factory=lambda: None)
"""Of a change: what is left out stays as it is, and null is refused where the field cannot be empty."""


ExternalId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(description="Its id in the system it comes from; unique per kind.", examples=["crm-4711"]),
]


Level = Annotated[Text, Field(max_length=100)]
