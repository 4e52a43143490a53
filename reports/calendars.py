"""Classes in iCalendar (RFC 5545, RFC 5546): the entries that notices carry, and the feed of a person's classes.

A notice about several classes carries one object for each: an object with a METHOD has one UID. A feed is one object
with all classes. Both name a class by the same UID and number its changes alike, so that a calendar that has a class
from both keeps the latest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from unicodedata import category
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from domain.notices.kinds import UNINVITING, NoticeKind
from domain.scheduling.wall_time import first_moment
from reports.catalogue import words_in
from reports.contexts import ClassContext
from reports.vtimezones import vtimezone

_PRODUCT = "-//Homeroom//Classes//EN"
_REFRESH = timedelta(hours=1)  # how often a calendar that asks is told to read a feed

_REQUESTS = frozenset(
    {
        NoticeKind.CONFIRMATION,
        NoticeKind.RESCHEDULED,
        NoticeKind.SUBSTITUTION,
        NoticeKind.ASSIGNED,
        NoticeKind.REPLACED,
        NoticeKind.ADDED,
        NoticeKind.REMOVED,
    }
)


def calendar_entry(
    kind: NoticeKind,
    context: ClassContext,
    *,
    session_id: UUID,
    changes: int,
    organizer: str,
    reader_address: str,
    language: str,
) -> str:
    """The entry that a notice of this kind adds, moves or cancels; empty for kinds that change no time.

    All notices about a class name one UID, and a move, a change of its people and the cancellation raise SEQUENCE:
    calendars replace what they have. `changes` is how many of them there were before a cancellation. `organizer` is
    the address that answers go to. The context has the join links of all whom the reader has in the class: a reader
    who has nobody in it any more is uninvited, by a CANCEL that leaves the class itself as it is.
    """
    cancelled = kind == NoticeKind.CANCELLED
    if not cancelled and kind not in _REQUESTS:
        return ""
    cancels = cancelled or (kind in UNINVITING and not context.join_urls)
    event = _event(context, session_id, changes + cancelled)
    event.add("dtstart", context.starts_at)
    event.add("dtend", context.ends_at)
    if cancelled or not cancels:  # no status uninvites the attendee alone (RFC 5546, 3.2.5)
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", _person(context.organization, organizer))
    event.add("attendee", _person(context.reader, reader_address, rsvp="FALSE", partstat="ACCEPTED"))
    event.add("description", _description(context, language, cancels))
    if context.join_urls and not cancels:
        event.add("url", context.join_urls[0][1])
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancels else "REQUEST")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


@dataclass(frozen=True)
class FeedEntry:
    """A class in a feed. `written_at` of its context is when it was last changed, as far as is known."""

    session_id: UUID
    context: ClassContext
    time_zone: str  # IANA: the zone that the class is planned in
    changes: int
    cancelled: bool


def calendar_feed(name: str, entries: Sequence[FeedEntry], language: str) -> bytes:
    """The feed of one reader: the same content for the same classes, whenever it is written.

    Times are wall time of the class's zone, whose VTIMEZONE comes with them. Nobody is invited by a feed, and so it
    names neither organizer nor attendees.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _clean(name))
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{_REFRESH // timedelta(hours=1)}H")
    for zone in sorted({entry.time_zone for entry in entries if _has_wall_time(entry)}):
        years = [entry.context.starts_at.year for entry in entries if entry.time_zone == zone]
        calendar.add_component(vtimezone(zone, min(years) - 1, max(years) + 1))
    for entry in entries:
        calendar.add_component(_feed_event(entry, language))
    written: bytes = calendar.to_ical()
    return written


def _feed_event(entry: FeedEntry, language: str) -> Event:
    context = entry.context
    event = _event(context, entry.session_id, entry.changes + entry.cancelled)
    zone = ZoneInfo(entry.time_zone) if _has_wall_time(entry) else UTC
    event.add("dtstart", context.starts_at.astimezone(zone))
    event.add("dtend", context.ends_at.astimezone(zone))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("description", _description(context, language, entry.cancelled))
    if context.join_urls and not entry.cancelled:
        event.add("url", context.join_urls[0][1])
    return event


def _has_wall_time(entry: FeedEntry) -> bool:
    """Whether wall time says when the class is. At a time that occurs twice it means the first (RFC 5545, 3.3.5)."""
    zone = ZoneInfo(entry.time_zone)
    return entry.time_zone != "UTC" and all(
        first_moment(at.astimezone(zone).replace(tzinfo=None, fold=0), zone) == at
        for at in (entry.context.starts_at, entry.context.ends_at)
    )


def _event(context: ClassContext, session_id: UUID, sequence: int) -> Event:
    event = Event()
    event.add("uid", f"{session_id}@homeroom")
    event.add("sequence", sequence)
    event.add("dtstamp", context.written_at)
    same = context.title == context.course  # a class without topics has the title of its course
    event.add("summary", _clean(context.title if same else f"{context.title} · {context.course}"))
    return event


def _description(context: ClassContext, language: str, cancels: bool) -> str:
    words = words_in(language)
    lines = [words.fill("with", instructor=_clean(context.instructor))]
    if not cancels:
        lines += [f"{words.fill('join_as', name=_clean(name))}: {url}" for name, url in context.join_urls]
    return "\n".join(lines)


def _clean(text: str) -> str:
    """The text on one line without control characters, which iCalendar cannot carry."""
    return "".join(char for char in " ".join(text.split()) if category(char) != "Cc")


def _person(name: str, address: str, **parameters: str) -> vCalAddress:
    # A parameter's value cannot hold quotation marks (RFC 5545, 3.2).
    person = vCalAddress(f"mailto:{_clean(address)}")
    person.params["CN"] = vText(_clean(name).replace('"', "'"))
    for key, value in parameters.items():
        person.params[key] = vText(value)
    return person
