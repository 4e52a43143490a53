"""Field types shared by inputs: times, time zones, names, email addresses."""

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

# Years in which adding offsets cannot leave the range of datetime.
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


def _in_range(value: datetime) -> datetime:
    if not _FIRST <= value < _LAST:
        raise ValueError("must be between the years 2000 and 2100")
    return value.astimezone(UTC)


def _wall_time_in_range(value: datetime) -> datetime:
    _in_range(value.replace(tzinfo=UTC))
    return value


def _without_repeats(values: list[UUID]) -> list[UUID]:
    if len(set(values)) != len(values):
        raise ValueError("an id is listed twice")
    return values


TimeZone = Annotated[str, AfterValidator(_is_zone), Field(examples=["Europe/Madrid"])]
Moment = Annotated[AwareDatetime, AfterValidator(_in_range)]
"""A time with an offset, between the years 2000 and 2100; converted to UTC."""
WallTime = Annotated[NaiveDatetime, AfterValidator(_wall_time_in_range)]
"""A wall time without an offset; its time zone comes from elsewhere."""
Ids = Annotated[list[UUID], AfterValidator(_without_repeats)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Text without control characters other than line breaks and tabs."""
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
"""A single line of text."""
Language = Annotated[str, StringConstraints(pattern="^[a-z]{2}$"), Field(examples=["en"])]
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
EMAIL = rf"^{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*$"
Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=EMAIL),
    Field(examples=["a@b.example"]),
]
"""A single address without display name or comment, in the form that every mail server accepts."""


LEFT_OUT: Any = Field(default_factory=lambda: None)
"""Default of a field in a change: left out, the value stays; null is refused where the field cannot be empty."""


ExternalId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"),
    Field(description="Its id in the system it comes from; unique per kind.", examples=["crm-4711"]),
]


Level = Annotated[Text, Field(max_length=100)]
