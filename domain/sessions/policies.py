"""An organization's rules for its sessions: offsets, grace periods, languages. The demo uses shorter offsets."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.people.languages import SPEECH_LANGUAGES


def _hours(n: float) -> timedelta:
    return timedelta(hours=n)


def _minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def _distinct(offsets: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    if len({int(offset.total_seconds()) for offset in offsets}) != len(offsets):
        raise ValueError("two of them are at the same time")
    return offsets


def _spoken(language: str) -> str:
    if language not in SPEECH_LANGUAGES:
        raise ValueError("the speech engines don't support this language")
    return language


Offset = Annotated[timedelta, Field(ge=timedelta(0), le=timedelta(days=90))]


class SessionPolicy(BaseModel):
    """Offsets count back from the scheduled start or forward from the scheduled end, as their names say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reminders_before: Annotated[tuple[Offset, ...], AfterValidator(_distinct)] = Field(
        (_hours(24), _hours(1)), max_length=4
    )
    briefing_before: Offset = _minutes(30)
    room_before: Offset = _minutes(15)
    check_in_before: Offset = Field(
        _minutes(10),
        description="An instructor who has neither checked in nor come this long before the planned start is asked "
        "by mail, and an exception is opened; at the earliest when the room opens.",
    )
    instructor_late_after: Offset = Field(
        _minutes(2), description="An instructor who has not come this long after the planned start is late."
    )
    instructor_absent_after: Offset = Field(
        _minutes(5),
        description="An instructor who has not come this long after the planned start is absent, and a substitution "
        "starts.",
    )
    absent_after: Offset = Field(
        _minutes(5),
        description="A student who has not come this long after the planned start is absent: an exception is opened, "
        "and the family gets a mail with the join link once the instructor is there.",
    )
    present_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="A student who was in the room for this share of the class is present. Holds for classes that are "
        "booked from then on.",
    )
    punctual_within: Offset = Field(
        _minutes(5), description="Who comes or leaves within this time is neither late nor left early."
    )
    grace_after_end: Offset = _minutes(10)
    empty_room_for: Offset = Field(
        _minutes(5),
        description="After its planned end, the class ends when its room stays empty this long.",
    )
    empty_room_ends_after: Offset | None = Field(
        None,
        description="An empty room may end the class this long after its planned start. "
        "`null`: only after the planned end.",
    )
    review_within: Offset = Field(_hours(24), description="A draft that waits longer is escalated.")
    review_abandoned_after: Offset = Field(
        timedelta(days=14), description="A draft nobody decides on is filed unapproved; no summary is sent."
    )
    segment_seconds: int = Field(30, ge=5, le=120, description="Length of one audio segment.")
    languages: tuple[Annotated[str, AfterValidator(_spoken)], ...] = Field(
        ("en",), min_length=1, max_length=10, description="Languages spoken in class, ISO 639-1."
    )
    student_names: Literal["forename", "full"] = Field(
        "forename",
        description="How students are named to each other in the room. Holds at once. Instructors read full names.",
    )
    captions: bool = Field(
        True, description="Whether people in the room may show what is said as text. Holds at once."
    )
