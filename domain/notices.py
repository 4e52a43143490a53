"""Who is told what, once."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class NoticeKind(StrEnum):
    CONFIRMATION = "confirmation"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    BRIEFING = "briefing"
    REVIEW_REQUEST = "review_request"
    SUMMARY = "summary"


class Audience(StrEnum):
    GUARDIANS = "guardians"
    INSTRUCTOR = "instructor"


_AUDIENCES: dict[NoticeKind, frozenset[Audience]] = {
    NoticeKind.CONFIRMATION: frozenset({Audience.GUARDIANS, Audience.INSTRUCTOR}),
    NoticeKind.RESCHEDULED: frozenset({Audience.GUARDIANS, Audience.INSTRUCTOR}),
    NoticeKind.CANCELLED: frozenset({Audience.GUARDIANS, Audience.INSTRUCTOR}),
    NoticeKind.REMINDER: frozenset({Audience.GUARDIANS, Audience.INSTRUCTOR}),
    NoticeKind.BRIEFING: frozenset({Audience.INSTRUCTOR}),
    NoticeKind.REVIEW_REQUEST: frozenset({Audience.INSTRUCTOR}),
    NoticeKind.SUMMARY: frozenset({Audience.GUARDIANS}),
}

# About a class that is near or changed: waits for nobody's quiet hours.
URGENT = frozenset(NoticeKind) - {NoticeKind.SUMMARY}


def audiences(kind: NoticeKind) -> frozenset[Audience]:
    return _AUDIENCES[kind]


def notice_key(session_id: object, kind: NoticeKind, recipient_id: object, occasion: str) -> str:
    """The same message to the same person about the same thing has the same key."""
    return f"{session_id}:{kind}:{recipient_id}:{occasion}"


def best_language(wanted: str, offered: tuple[str, ...]) -> str:
    """The wanted language where it is offered, else English, else the first."""
    if wanted in offered:
        return wanted
    return "en" if "en" in offered else offered[0]


def next_allowed(at: datetime, zone: str, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """The first moment from `at` on outside the quiet hours, which are wall time in `zone` and may span midnight.

    Wall times that a clock change skips or repeats are taken as zoneinfo takes them, with fold 0.
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return at
    local = at.astimezone(ZoneInfo(zone))
    now, spans_midnight = local.time(), quiet_from > quiet_until
    quiet = now >= quiet_from or now < quiet_until if spans_midnight else quiet_from <= now < quiet_until
    if not quiet:
        return at
    day = local.date() + timedelta(days=1) if spans_midnight and now >= quiet_from else local.date()
    return datetime.combine(day, quiet_until, ZoneInfo(zone)).astimezone(at.tzinfo)
