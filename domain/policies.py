"""The rules an organization sets for its sessions, as data. A demo class is the same workflow under shorter offsets."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


def _hours(n: float) -> timedelta:
    return timedelta(hours=n)


def _minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


class SessionPolicy(BaseModel):
    """Offsets are counted back from the scheduled start, or forward from the scheduled end, as their names say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reminders_before: tuple[timedelta, ...] = Field((_hours(24), _hours(1)), max_length=4)
    briefing_before: timedelta = _minutes(30)
    room_before: timedelta = _minutes(15)
    grace_after_end: timedelta = _minutes(10)
    empty_room_for: timedelta = Field(
        _minutes(5), description="The class ends when its room stays empty this long."
    )
    review_within: timedelta = Field(_hours(24), description="A draft that waits longer is escalated.")
    review_abandoned_after: timedelta = Field(
        timedelta(days=14), description="A draft nobody decides on is filed unapproved; no summary is sent."
    )
    segment_seconds: int = Field(30, ge=5, le=120, description="Length of one audio segment.")
    languages: tuple[str, ...] = Field(
        ("en",), min_length=1, description="Languages spoken in class, ISO 639-1."
    )
