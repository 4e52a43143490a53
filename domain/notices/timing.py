"""When a notice is sent: after its recipient's quiet hours, unless it would come too late."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.notices.kinds import NoticeKind
from domain.sessions.states import ROOM_STATES, SessionState

# The least time before the class at which a notice is still useful: a notice that quiet hours would delay beyond that
# is sent at once. Kinds without an entry always wait for the end of quiet hours.
_MIN_WARNING: dict[NoticeKind, timedelta] = {
    NoticeKind.CONFIRMATION: timedelta(hours=2),
    NoticeKind.RESCHEDULED: timedelta(hours=12),
    NoticeKind.CANCELLED: timedelta(hours=12),
    NoticeKind.SUBSTITUTION: timedelta(hours=2),
    NoticeKind.ASSIGNED: timedelta(hours=2),
    NoticeKind.REPLACED: timedelta(hours=2),
    NoticeKind.ADDED: timedelta(hours=12),
    NoticeKind.REMOVED: timedelta(hours=12),
    NoticeKind.REMINDER: timedelta(minutes=30),
    NoticeKind.BRIEFING: timedelta(minutes=30),
}
_MAX_DAYS = 4  # the quiet hours end on one of these days, also where a day of the calendar was skipped
_IMMEDIATE = frozenset(
    {
        NoticeKind.CHECK_IN,
        NoticeKind.CLASS_WAITS,
        NoticeKind.ABSENCE,
        NoticeKind.SUBSTITUTE_OFFER,
        NoticeKind.DELAYED,
    }
)
_ABOUT_COMING_CLASS = frozenset(
    {
        NoticeKind.CONFIRMATION,
        NoticeKind.RESCHEDULED,
        NoticeKind.SUBSTITUTION,
        NoticeKind.SUBSTITUTE_OFFER,
        NoticeKind.ASSIGNED,
        NoticeKind.DELAYED,
        NoticeKind.ADDED,
        NoticeKind.REMINDER,
        NoticeKind.BRIEFING,
        NoticeKind.CHECK_IN,
        NoticeKind.CLASS_WAITS,
        NoticeKind.ABSENCE,
    }
)
_ALSO_DURING_CLASS = frozenset(
    {
        NoticeKind.SUBSTITUTION,
        NoticeKind.ADDED,
        NoticeKind.ABSENCE,
        NoticeKind.SUBSTITUTE_OFFER,
        NoticeKind.ASSIGNED,
    }
)
_BEFORE_CLASS = frozenset({SessionState.SCHEDULED, SessionState.OPEN})
_NOT_MISSED = frozenset(
    {SessionState.LIVE, SessionState.CANCELLED}
)  # it goes on, perhaps reopened, or was called off


def send_at(
    kind: NoticeKind,
    at: datetime,
    *,
    class_starts_at: datetime,
    zone: str,
    quiet_from: time | None,
    quiet_until: time | None,
) -> datetime:
    """When to send a notice that is due `at`: after the recipient's quiet hours, unless it is urgent.

    `class_starts_at` is the start the notice is about, the earlier one after a move. Urgent are notices of what happens
    now, and those that would come too late.
    """
    if kind in _IMMEDIATE:
        return at
    after_quiet_hours = next_allowed(at, zone, quiet_from, quiet_until)
    warning = _MIN_WARNING.get(kind)
    return at if warning is not None and after_quiet_hours > class_starts_at - warning else after_quiet_hours


def is_outdated(kind: NoticeKind, *, named_start: datetime, starts_at: datetime, state: SessionState) -> bool:
    """Whether a waiting notice has become wrong: `named_start` is the start that its text names."""
    if kind == NoticeKind.MISSED:
        return named_start != starts_at or state in _BEFORE_CLASS or state in _NOT_MISSED
    current = _BEFORE_CLASS | {SessionState.LIVE} if kind in _ALSO_DURING_CLASS else _BEFORE_CLASS
    return kind in _ABOUT_COMING_CLASS and (named_start != starts_at or state not in current)


def may_be_joined(state: SessionState, ends_at: datetime, now: datetime) -> bool:
    """Whether a mail about the class has a button to join it: it is still to come, or its room is open.

    A class that is scheduled after its end never had a room.
    """
    return state in ROOM_STATES or (state == SessionState.SCHEDULED and now < ends_at)


def next_allowed(at: datetime, zone: str, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """The first moment from `at` on outside the quiet hours, which are wall time in `zone` and may span midnight.

    If a clock change skips the end of the quiet hours, it moves by the length of the jump; if the end occurs twice, the
    next occurrence counts. A day on which a clock change skips all that the quiet hours leave open is waited out.
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return at
    time_zone = ZoneInfo(zone)
    local = at.astimezone(time_zone)
    if not _is_quiet(local.time(), quiet_from, quiet_until):
        return at
    # Python ignores the fold when it compares times within one zone, so everything is compared in UTC.
    now = at.astimezone(UTC)
    ends = (
        datetime.combine(local.date() + timedelta(days=days), quiet_until, time_zone)
        .replace(fold=fold)
        .astimezone(UTC)
        for days in range(_MAX_DAYS)
        for fold in (0, 1)
    )
    allowed = [
        e for e in ends if e > now and not _is_quiet(e.astimezone(time_zone).time(), quiet_from, quiet_until)
    ]
    # A message that comes at a quiet hour is better than one that holds up those to everybody else.
    return min(allowed, default=at).astimezone(at.tzinfo)


def _is_quiet(wall: time, quiet_from: time, quiet_until: time) -> bool:
    if quiet_from > quiet_until:
        return wall >= quiet_from or wall < quiet_until
    return quiet_from <= wall < quiet_until
