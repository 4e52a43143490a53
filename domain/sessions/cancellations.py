"""Why a class is cancelled, as codes with a text for the people who are told."""

from enum import StrEnum


class CancelReason(StrEnum):
    """The codes that have a text in the mails; a class can be cancelled with any other code too."""

    INSTRUCTOR_UNAVAILABLE = "instructor_unavailable"
    STUDENT_UNAVAILABLE = "student_unavailable"
    ILLNESS = "illness"
    TECHNICAL = "technical"
    HOLIDAY = "holiday"
    WEATHER = "weather"


def reason_for_people(code: str | None) -> CancelReason | None:
    """The reason that people are told; None for a code without a text, such as `unspecified`."""
    return next((reason for reason in CancelReason if reason == code), None)
