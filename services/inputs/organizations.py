"""Inputs that create and change organizations and their rules."""

from datetime import timedelta

from pydantic import Field

from services.inputs.fields import LEFT_OUT, Language, Name, Schema, TimeZone


class NewOrganization(Schema):
    name: Name
    time_zone: TimeZone = "UTC"
    language: Language = "en"


class OrganizationChange(Schema):
    name: Name = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    language: Language = LEFT_OUT


class PolicyChange(Schema):
    """Only the given fields change. Durations are ISO 8601 (`PT15M`) or seconds."""

    reminders_before: list[timedelta] | None = Field(None, max_length=4)
    briefing_before: timedelta | None = None
    room_before: timedelta | None = None
    grace_after_end: timedelta | None = None
    empty_room_for: timedelta | None = None
    review_within: timedelta | None = None
    review_abandoned_after: timedelta | None = None
    segment_seconds: int | None = None
    languages: list[Language] | None = None
