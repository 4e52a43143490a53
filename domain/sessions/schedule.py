"""Computes from the policy when the steps before a class are due and when the class ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import InvalidInput
from domain.sessions.policies import SessionPolicy
from domain.sessions.timeline import Step

MAX_CLASS_LENGTH = timedelta(hours=12)  # a recorder runs no longer than an hour more


@dataclass(frozen=True)
class DueStep:
    """A step with the time at which it is due."""

    step: Step
    occasion: str  # distinguishes repeats of a step: the offset of a reminder
    at: datetime
    past: bool  # already over when the plan was made; the step is skipped


def offset_label(offset: timedelta) -> str:
    """An offset as a short label: `24h`, `90m`, `45s`."""
    seconds = int(offset.total_seconds())
    for size, unit in ((3600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def plan_before_class(policy: SessionPolicy, starts_at: datetime, now: datetime) -> tuple[DueStep, ...]:
    """The steps before a class in the order they are due.

    Reminders whose time is over are past, since the confirmation has just been sent. Briefing and room are needed
    however late the booking, so they are then due `now`.
    """
    reminders = [
        DueStep(Step.REMINDER, offset_label(offset), starts_at - offset, starts_at - offset <= now)
        for offset in policy.reminders_before
    ]
    needed = [
        DueStep(Step.BRIEFING, "", max(starts_at - policy.briefing_before, now), False),
        DueStep(Step.ROOM, "", max(starts_at - policy.room_before, now), False),
    ]
    return tuple(sorted([*reminders, *needed], key=lambda due: due.at))


def check_length(starts_at: datetime, ends_at: datetime) -> None:
    """Raises InvalidInput for a class that ends before it starts or lasts longer than MAX_CLASS_LENGTH."""
    if ends_at <= starts_at:
        raise InvalidInput("a class must end after it starts", next_step="Choose a later end.")
    if ends_at - starts_at > MAX_CLASS_LENGTH:
        raise InvalidInput(
            f"a class can last at most {MAX_CLASS_LENGTH.total_seconds() / 3600:.0f} hours",
            next_step="Choose an earlier end, or book several classes.",
        )


@dataclass(frozen=True)
class ClassEnd:
    """When a class ends, and why."""

    at: datetime
    reason: str  # "scheduled" or "empty"


def empty_room_may_end_class_at(policy: SessionPolicy, starts_at: datetime, ends_at: datetime) -> datetime:
    """The earliest time at which an empty room ends the class: its planned end, or what the policy says instead."""
    after = policy.empty_room_ends_after
    return ends_at if after is None else min(starts_at + after, ends_at)


_EARLY_FROM = timedelta(minutes=5)
_EARLY_SHARE = 0.1  # of the planned length


def ended_early_by(starts_at: datetime, ends_at: datetime, ended_at: datetime) -> timedelta | None:
    """How much of its planned time a class that ended did not use; None: no more than is usual."""
    unused = ends_at - max(ended_at, starts_at)
    return unused if unused >= max(_EARLY_FROM, _EARLY_SHARE * (ends_at - starts_at)) else None


def class_end(
    policy: SessionPolicy,
    ends_at: datetime,
    *,
    live: bool,
    empty_since: datetime | None,
    not_empty_before: datetime | None = None,
) -> ClassEnd:
    """When the class ends if nothing else happens.

    A room that is empty since `empty_since` ends a live class before its grace period is over, though not before
    `not_empty_before`. Before the class is live, the room stays open to the scheduled end.
    """
    latest = ClassEnd(ends_at + policy.grace_after_end, "scheduled")
    if live and empty_since is not None:
        at = empty_since + policy.empty_room_for
        empty = ClassEnd(max(at, not_empty_before) if not_empty_before else at, "empty")
        return min(latest, empty, key=lambda end: end.at)
    return latest
