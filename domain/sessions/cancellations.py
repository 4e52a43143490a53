"""Why a class is cancelled, as codes with a text for the people who are told."""

from enum import StrEnum


class CancelReason(StrEnum):
    """What callers may give. The code of an admin's signal in the Temporal UI can be any other too."""

    INSTRUCTOR_UNAVAILABLE = "instructor_unavailable"
    STUDENT_UNAVAILABLE = "student_unavailable"
    ILLNESS = "illness"
    TECHNICAL = "technical"
    HOLIDAY = "holiday"
    WEATHER = "weather"
    UNSPECIFIED = "unspecified"  # people are told none


TOLD_REASONS = tuple(reason for reason in CancelReason if reason != CancelReason.UNSPECIFIED)


def reason_for_people(code: str | None) -> CancelReason | None:
    """The reason that people are told; None for a code without a text."""
    return next((reason for reason in TOLD_REASONS if reason == code), None)
