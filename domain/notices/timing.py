"""When a notice is sent: outside its reader's quiet hours, unless it would come too late."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.notices.kinds import NoticeKind
from domain.sessions.states import SessionState

# What a notice about a coming class is worth: one that would reach its reader later than this before the class does
# not wait for the end of quiet hours. What is not here can always wait.
_LEAST_WARNING: dict[NoticeKind, timedelta] = {
    NoticeKind.CONFIRMATION: timedelta(hours=2),
    NoticeKind.RESCHEDULED: timedelta(hours=12),
    NoticeKind.CANCELLED: timedelta(hours=12),
    NoticeKind.SUBSTITUTION: timedelta(hours=2),
    NoticeKind.REMINDER: timedelta(minutes=30),
    NoticeKind.BRIEFING: timedelta(minutes=30),
}
_AT_ONCE = frozenset({NoticeKind.ABSENCE})
_OF_COMING_CLASS = frozenset(
    {
        NoticeKind.CONFIRMATION,
        NoticeKind.RESCHEDULED,
        NoticeKind.SUBSTITUTION,
        NoticeKind.REMINDER,
        NoticeKind.BRIEFING,
    }
)


def send_at(
    kind: NoticeKind,
    at: datetime,
    *,
    class_at: datetime,
    zone: str,
    quiet_from: time | None,
    quiet_until: time | None,
) -> datetime:
    """When a notice that is due `at` goes out: after the reader's quiet hours, unless it is urgent.

    `class_at` is the start it is about, of two the earlier. Urgent is what happens now, and what would come too late.
    """
    if kind in _AT_ONCE:
        return at
    waited = next_allowed(at, zone, quiet_from, quiet_until)
    warning = _LEAST_WARNING.get(kind)
    return at if warning is not None and waited > class_at - warning else waited


def outdated(kind: NoticeKind, *, told: datetime, starts_at: datetime, state: SessionState) -> bool:
    """Whether a notice that waited would say what is no longer so: `told` is the start it names."""
    return kind in _OF_COMING_CLASS and (
        told != starts_at or state not in (SessionState.SCHEDULED, SessionState.OPEN)
    )


def next_allowed(at: datetime, zone: str, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """The first moment from `at` on outside the quiet hours, which are wall time in `zone` and may span midnight.

    An end that a clock change skips is as much later as the clock jumps; of one that comes twice the next is taken.
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return at
    place = ZoneInfo(zone)
    local = at.astimezone(place)
    if not _is_quiet(local.time(), quiet_from, quiet_until):
        return at
    ends = (
        datetime.combine(local.date() + timedelta(days=days), quiet_until, place)
        .replace(fold=fold)
        .astimezone(UTC)
        for days in (0, 1)
        for fold in (0, 1)
    )
    # Python compares wall times within one zone and forgets the fold, so that all is compared in UTC.
    now = at.astimezone(UTC)
    allowed = [
        e for e in ends if e > now and not _is_quiet(e.astimezone(place).time(), quiet_from, quiet_until)
    ]
    return min(allowed).astimezone(at.tzinfo)


def _is_quiet(wall: time, quiet_from: time, quiet_until: time) -> bool:
    if quiet_from > quiet_until:
        return wall >= quiet_from or wall < quiet_until
    return quiet_from <= wall < quiet_until
