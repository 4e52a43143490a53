"""Field types shared by inputs: times, time zones, names, email addresses."""

import re
import unicodedata
from datetime import UTC, date, datetime
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
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from domain.people.languages import TEXT_LANGUAGES
from integrations.email_addresses import deliverable_address, readable_address
from services.inputs import patterns

_MAX_FIELDS = 100  # of one object in a request
# Years in which adding offsets cannot leave the range of datetime.
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _few_fields(cls, given: Any) -> Any:
        """One error for thousands of unknown fields: to list each costs more than everything else in a request."""
        if isinstance(given, dict) and len(given) > _MAX_FIELDS:
            raise PydanticCustomError(
                "too_many_fields", "Must have at most {most} fields", {"most": _MAX_FIELDS}
            )
        return given


_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})  # names that mean whatever the machine has


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACES)


def _is_zone(value: str) -> str:
    if value not in known_zones():
        raise ValueError("must be an IANA time zone, such as Europe/Madrid")
    return value


def _in_range(value: datetime) -> datetime:
    if not _FIRST <= value < _LAST:
        raise ValueError("must be between the years 2000 and 2100")
    return value.astimezone(UTC)


def _day_in_range(value: date) -> date:
    if not _FIRST.date() <= value < _LAST.date():
        raise ValueError("must be between the years 2000 and 2100")
    return value


def _wall_time_in_range(value: datetime) -> datetime:
    _in_range(value.replace(tzinfo=UTC))
    return value.replace(microsecond=0)


def _without_repeats(values: list[UUID]) -> list[UUID]:
    if len(set(values)) != len(values):
        raise ValueError("an id is listed twice")
    return values


TimeZone = Annotated[str, AfterValidator(_is_zone), Field(examples=["Europe/Madrid"])]
Moment = Annotated[AwareDatetime, AfterValidator(_in_range)]
"""A time with an offset, between the years 2000 and 2100; converted to UTC."""
Day = Annotated[date, AfterValidator(_day_in_range)]
"""A day between the years 2000 and 2100; its time zone comes from elsewhere."""
WallTime = Annotated[
    NaiveDatetime,
    AfterValidator(_wall_time_in_range),
    # JSON Schema's format `date-time` requires an offset, which a wall time lacks.
    WithJsonSchema({"type": "string", "pattern": patterns.WALL_TIME, "examples": ["2030-03-05T17:00:00"]}),
]
"""A wall time without an offset, to the second; its time zone comes from elsewhere."""
Ids = Annotated[list[UUID], Field(fail_fast=True), AfterValidator(_without_repeats)]
Text = Annotated[str, StringConstraints(pattern=patterns.TEXT)]
"""Text without control characters other than line breaks and tabs."""


def _is_hidden(text: str, index: int) -> bool:
    """Whether a character is neither visible nor a space: it could hide in a name, or turn the text around it."""
    char = text[index]
    if char in _JOINERS:
        neighbours = text[index - 1 : index], text[index + 1 : index + 2]
        return not all(char and _is_joined(char) for char in neighbours)
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _is_joined(char: str) -> bool:
    """Whether joiners beside this character change how it looks: in Arabic and Indic scripts, and in emoji."""
    return unicodedata.category(char) in ("So", "Sk", "Mn", "Mc") or unicodedata.name(char, "").startswith(
        _JOINED
    )


def _visible(value: str) -> str:
    if value.isascii():
        return value
    for index, char in enumerate(value):
        if _is_hidden(value, index):
            raise PydanticCustomError(
                "hidden_character",
                "Contains a hidden character, {code} after “{before}”",
                {"code": f"U+{ord(char):04X}", "before": value[:index][-20:]},
            )
    return value


def _address(value: str) -> str:
    try:
        return read_address(value)
    except ValueError:
        raise PydanticCustomError(
            "email_address", "Must be an email address, such as ada@school.example"
        ) from None


_JOINERS = "\u200c\u200d"  # zero width non-joiner and joiner
_JOINED = (
    *(
        "ARABIC",
        "SYRIAC",
        "MANDAIC",
        "NKO",
        "MONGOLIAN",
        "DEVANAGARI",
        "BENGALI",
        "GURMUKHI",
        "GUJARATI",
        "ORIYA",
    ),
    *("TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "MYANMAR", "KHMER", "TIBETAN"),
)
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=patterns.LINE),
    AfterValidator(_visible),
]
"""A single line of text without hidden characters."""
Language = Annotated[str, StringConstraints(pattern=patterns.LANGUAGE), Field(examples=["en"])]
"""A language, ISO 639-1."""
_READERS = (
    f"ISO 639-1. Mails and pages have texts in {', '.join(TEXT_LANGUAGES)}; "
    "readers of any other language get them in English."
)
ReaderLanguage = Annotated[Language, Field(description=_READERS)]
"""The language of mails and pages for a person or an organization."""
OwnTimeZone = Annotated[TimeZone | None, Field(description="Left out: the organization's time zone.")]
OwnLanguage = Annotated[
    Language | None, Field(description=f"{_READERS} Left out: the organization's language.")
]
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})*")
_MAX_EMAIL = 254
Email = Annotated[
    str,
    StringConstraints(max_length=_MAX_EMAIL),
    AfterValidator(_address),
    WithJsonSchema(
        {"type": "string", "format": "idn-email", "maxLength": _MAX_EMAIL, "examples": ["a@b.example"]}
    ),
]
"""A single address without display name or comment. Its domain is stored in Unicode, and may be given in ASCII too."""


def read_address(text: str) -> str:
    """The address in the form in which addresses are stored. Raises ValueError for what is no address."""
    address = deliverable_address(text)
    if len(address) > _MAX_EMAIL or not _EMAIL.fullmatch(address):
        raise ValueError("this isn't an email address")
    return readable_address(address)


LEFT_OUT: Any = Field(default_factory=lambda: None)
"""Default of a field in a change: left out, the value stays; null is refused where the field cannot be empty."""


ExternalId = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=patterns.LINE),
    AfterValidator(_visible),
    Field(description="Its id in the system it comes from; unique per kind.", examples=["crm-4711"]),
]


Level = Annotated[Text, Field(max_length=100)]
