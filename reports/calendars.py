"""The calendar entry of a class as an iCalendar object (RFC 5545, RFC 5546), which notices carry.

A notice about several classes carries one object for each: an object with a METHOD has one UID.
"""

from unicodedata import category
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

from domain.notices.kinds import UNINVITING, NoticeKind
from reports.catalogue import words_in
from reports.contexts import ClassContext

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
    event = Event()
    event.add("uid", f"{session_id}@homeroom")
    event.add("sequence", changes + cancelled)
    event.add("dtstamp", context.written_at)
    event.add("dtstart", context.starts_at)
    event.add("dtend", context.ends_at)
    event.add("summary", _clean(f"{context.title} · {context.course}"))
    if cancelled or not cancels:  # no status uninvites the attendee alone (RFC 5546, 3.2.5)
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", _person(context.organization, organizer))
    event.add("attendee", _person(context.reader, reader_address, rsvp="FALSE", partstat="ACCEPTED"))
    event.add("description", _description(context, language, cancels))
    if context.join_urls and not cancels:
        event.add("url", context.join_urls[0][1])
    calendar = Calendar()
    calendar.add("prodid", "-//Homeroom//Classes//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancels else "REQUEST")
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


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
