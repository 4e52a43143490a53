"""Inputs that create and change organizations and their rules."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from services.inputs.fields import LEFT_OUT, Email, Language, Name, ReaderLanguage, Schema, TimeZone

ContactEmail = Annotated[
    Email, Field(description="Where answers to mails go. Without it they go to the address that sends them.")
]
_MAY_BE_UNSET = frozenset({"empty_room_ends_after"})


class NewOrganization(Schema):
    name: Name
    time_zone: TimeZone = "UTC"
    language: ReaderLanguage = "en"
    contact_email: ContactEmail | None = None


class OrganizationChange(Schema):
    name: Name = LEFT_OUT
    time_zone: TimeZone = LEFT_OUT
    language: ReaderLanguage = LEFT_OUT
    contact_email: ContactEmail | None = None


class PolicyChange(Schema):
    """Only the given fields change. Durations are ISO 8601 (`PT15M`) or seconds.

    `null` leaves a field as it is, except `empty_room_ends_after`, which it unsets.
    """

    reminders_before: list[timedelta] | None = Field(None, max_length=4)
    briefing_before: timedelta | None = None
    room_before: timedelta | None = None
    check_in_before: timedelta | None = None
    instructor_late_after: timedelta | None = None
    instructor_absent_after: timedelta | None = None
    absent_after: timedelta | None = None
    present_share: float | None = None
    punctual_within: timedelta | None = None
    grace_after_end: timedelta | None = None
    empty_room_for: timedelta | None = None
    empty_room_ends_after: timedelta | None = None
    review_within: timedelta | None = None
    review_abandoned_after: timedelta | None = None
    segment_seconds: int | None = None
    languages: list[Language] | None = Field(None, max_length=50)
    student_names: Literal["forename", "full"] | None = None
    captions: bool | None = None

    def values(self) -> dict[str, Any]:
        """The rules to change, as JSON values."""
        given = self.model_dump(mode="json", exclude_unset=True)
        return {name: value for name, value in given.items() if value is not None or name in _MAY_BE_UNSET}
