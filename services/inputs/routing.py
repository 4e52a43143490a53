"""Inputs of who is told of exceptions: rotas, overrides, channels, preferences, what-ifs."""

import binascii
from base64 import b64decode
from datetime import date, time
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from domain.cases.channels import ChannelKind, kind_of
from domain.cases.kinds import ExceptionKind, Severity
from domain.cases.routing import Code, Rule, Weekday
from services.inputs import patterns
from services.inputs.fields import LEFT_OUT, Ids, Moment, Name, OwnTimeZone, Schema, TimeZone, read_address
from services.inputs.people import WallTime, check_quiet_hours

WEBHOOK_SECRET_PREFIX = "whsec_"

Members = Annotated[
    Ids, Field(max_length=100, description="Ids of members of staff, in the order of their weekly turns.")
]
HandOverOn = Annotated[Weekday, Field(description="The day on which duty is handed over.")]
StartsOn = Annotated[
    date,
    Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1), description="The first turn begins on this day."),
]


class NewRota(Schema):
    name: Name
    members: Members
    hand_over_on: HandOverOn = Weekday.MONDAY
    hand_over_at: WallTime = time(9)
    time_zone: OwnTimeZone = None
    starts_on: StartsOn

    @model_validator(mode="after")
    def _wall_time(self) -> Self:
        _check_wall_time(self.hand_over_at)
        return self


class RotaChange(Schema):
    name: Name = LEFT_OUT
    members: Members = LEFT_OUT
    hand_over_on: HandOverOn = LEFT_OUT
    hand_over_at: WallTime = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    starts_on: StartsOn = LEFT_OUT

    @model_validator(mode="after")
    def _wall_time(self) -> Self:
        if "hand_over_at" in self.model_fields_set:
            _check_wall_time(self.hand_over_at)
        return self


def _check_wall_time(at: time) -> None:
    if at.tzinfo is not None:
        raise ValueError("hand_over_at must be wall time in `time_zone`, without an offset")


class NewOverride(Schema):
    member_id: UUID
    starts_at: Moment
    ends_at: Moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self


def _read_target(target: str) -> str:
    return read_address(target) if kind_of(target) == ChannelKind.MAIL else target


def _is_webhook_secret(secret: str) -> str:
    try:
        key = b64decode(secret.removeprefix(WEBHOOK_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(WEBHOOK_SECRET_PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("must be whsec_ and 24 to 64 random bytes in base64")
    return secret


Target = Annotated[
    str,
    StringConstraints(min_length=3, max_length=1000, pattern=patterns.CLIENT_ID),
    AfterValidator(_read_target),
    Field(
        description="An email address, the https:// URL of your own webhook, or the Apprise URL of a hosted service, "
        "such as slack://… or pagerduty://…. Stored encrypted and never shown again."
    ),
]
Secret = Annotated[
    str,
    StringConstraints(max_length=200, pattern=patterns.CLIENT_ID),
    AfterValidator(_is_webhook_secret),
    Field(
        description="What the messages to your webhook are signed with: whsec_ and 24 to 64 random bytes in base64. "
        "Stored encrypted and never shown again."
    ),
]
IncludesNames = Annotated[
    bool,
    Field(
        description="Whether alerts name people and classes. Without it they have times, kinds, severities and a "
        "link only."
    ),
]


class NewAlertChannel(Schema):
    name: Name
    target: Target
    secret: Secret | None = None
    includes_names: IncludesNames = False

    @model_validator(mode="after")
    def _signed(self) -> Self:
        check_secret(kind_of(self.target), self.secret is not None)
        return self


class AlertChannelChange(Schema):
    name: Name = LEFT_OUT
    target: Target = LEFT_OUT
    secret: Secret = LEFT_OUT
    includes_names: IncludesNames = LEFT_OUT


def check_secret(kind: ChannelKind, has_secret: bool) -> None:
    """Raises ValueError."""
    if kind == ChannelKind.WEBHOOK and not has_secret:
        raise ValueError("a webhook needs a secret")


class AlertPreferences(Schema):
    """When a member of staff is told of exceptions. Critical ones are always told at once."""

    quiet_from: WallTime | None = Field(None, description="Wall time in the member's zone.")
    quiet_until: WallTime | None = None
    only_critical: bool = Field(False, description="Tell of nothing but critical exceptions.")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        check_quiet_hours(self.quiet_from, self.quiet_until)
        return self


class RulesIn(Schema):
    rules: tuple[Rule, ...] = Field(max_length=100, description="In order: the first that matches decides.")


class Publication(Schema):
    number: int = Field(ge=1, description="Of the draft, so that nobody publishes what they have not read.")


class Compared(Schema):
    rules: tuple[Rule, ...] | None = Field(
        None, max_length=100, description="Left out: those of the draft, or else the published ones."
    )


class WhatIf(Schema):
    """A case that might be opened."""

    kind: ExceptionKind
    severity: Severity | None = Field(None, description="Left out: that of the kind.")
    region: Code | None = Field(None, description="Left out: the organization's.")
    course_id: UUID | None = None
    at: Moment | None = Field(None, description="Left out: now.")
    draft: bool = Field(False, description="By the rules of the draft instead of the published ones.")
    rules: tuple[Rule, ...] | None = Field(
        None, max_length=100, description="By these rules, which are not saved."
    )
