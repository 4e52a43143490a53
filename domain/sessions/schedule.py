"""When the steps before a class are due, from the organization's policy."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import InvalidInput
from domain.sessions.policies import SessionPolicy
from domain.sessions.timeline import Step

LONGEST_CLASS = timedelta(hours=12)  # a recorder runs no longer than an hour more


@dataclass(frozen=True)
class DueStep:
    step: Step
    occasion: str  # tells apart repeats of a step: the offset of a reminder
    at: datetime
    past: bool  # its time was over when the plan was made, and it makes no sense later


def occasion_of(offset: timedelta) -> str:
    """An offset as a short word: `24h`, `90m`, `45s`."""
    seconds = int(offset.total_seconds())
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def plan_before_class(policy: SessionPolicy, starts_at: datetime, now: datetime) -> tuple[DueStep, ...]:
    """The steps before a class in the order they are due.

    A reminder whose time is over is past: the confirmation has just said the same. Briefing and room are needed
    however late the booking, so their time is then `now`.
    """
    reminders = [
        DueStep(Step.REMINDER, occasion_of(offset), starts_at - offset, starts_at - offset <= now)
        for offset in policy.reminders_before
    ]
    needed = [
        DueStep(Step.BRIEFING, "", max(starts_at - policy.briefing_before, now), False),
        DueStep(Step.ROOM, "", max(starts_at - policy.room_before, now), False),
    ]
    return tuple(sorted([*reminders, *needed], key=lambda due: due.at))


def check_length(starts_at: datetime, ends_at: datetime) -> None:
    """Raises InvalidInput for a class that ends before it starts, or lasts longer than a day of teaching."""
    if ends_at <= starts_at:
        raise InvalidInput("a class must end after it starts", next_step="Choose a later end.")
    if ends_at - starts_at > LONGEST_CLASS:
        raise InvalidInput(
            f"a class can last at most {LONGEST_CLASS.total_seconds() / 3600:.0f} hours",
            next_step="Choose an earlier end, or book several classes.",
        )


@dataclass(frozen=True)
class ClassEnd:
    at: datetime
    reason: str  # "scheduled" or "empty"


def class_end(
    policy: SessionPolicy, ends_at: datetime, *, live: bool, empty_since: datetime | None
) -> ClassEnd:
    """When the class ends if nothing else happens.

    A room that emptied after the class was live ends it early; a room nobody came to stays open to the end.
    """
    latest = ClassEnd(ends_at + policy.grace_after_end, "scheduled")
    if live and empty_since is not None:
        empty = ClassEnd(empty_since + policy.empty_room_for, "empty")
        return min(latest, empty, key=lambda end: end.at)
    return latest
