"""Mails to an instructor: a colleague's offer to swap classes, the answer to one's own, decided leave, open classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.catalogue import Words, words_in
from reports.contexts import RenderedMessage
from reports.letters import render
from reports.moments import clock, moment

_MOST_NAMED = 12  # classes in one mail


@dataclass(frozen=True)
class MailReader:
    """Who reads the mail, and what every mail says."""

    name: str
    language: str
    time_zone: str  # IANA
    organization: str
    url: str  # of the page that the button opens
    now: datetime


@dataclass(frozen=True)
class NamedClass:
    title: str
    starts_at: datetime
    ends_at: datetime


def render_swap_offer(
    reader: MailReader,
    *,
    colleague: str,
    offered: NamedClass,
    returned: NamedClass | None,
    note: str,
    answer_by: datetime,
) -> RenderedMessage:
    """`returned` is the reader's class that the colleague would teach; None: nothing is asked in return."""
    words = words_in(reader.language)
    parts = [(words.fill("swap_offered_lead", colleague=colleague), _class(words, reader, offered))]
    if returned:
        lead = words.fill("swap_offered_return", colleague=colleague)
        parts.append((lead, _class(words, reader, returned)))
    if note:
        parts.append((words.fill("swap_note", colleague=colleague, note=note), ""))
    when = moment(answer_by, words.language, reader.time_zone, now=reader.now)
    parts.append((words.fill("swap_answer_by", when=when), ""))
    subject = "swap_offered_subject" if returned else "take_offered_subject"
    return _mail(words, reader, words.fill(subject, colleague=colleague), parts, "swap_answer")


def render_swap_declined(reader: MailReader, *, colleague: str, offered: NamedClass) -> RenderedMessage:
    words = words_in(reader.language)
    parts = [(words.fill("swap_declined_lead", colleague=colleague), _class(words, reader, offered))]
    subject = words.fill("swap_declined_subject", colleague=colleague)
    return _mail(words, reader, subject, parts, "own_classes")


def render_swap_expired(reader: MailReader, *, colleague: str, offered: NamedClass) -> RenderedMessage:
    words = words_in(reader.language)
    parts = [
        (words.fill("swap_expired_lead", colleague=colleague), _class(words, reader, offered)),
        (words.fill("swap_expired_next", school=reader.organization), ""),
    ]
    subject = words.fill("swap_expired_subject", colleague=colleague)
    return _mail(words, reader, subject, parts, "own_classes")


def render_leave_decided(
    reader: MailReader,
    *,
    approved: bool,
    starts_at: datetime,
    ends_at: datetime,
    classes: int,
    answer: str,
) -> RenderedMessage:
    """`classes` is the number of the reader's classes in the leave, `answer` what the school wrote."""
    words = words_in(reader.language)
    start, end = (moment(at, words.language, reader.time_zone, now=reader.now) for at in (starts_at, ends_at))
    span = words.fill("instructor_span", start=start, end=end, zone=_zone(reader))
    decided = "leave_approved" if approved else "leave_declined"
    parts = [(words[f"{decided}_lead"], span)]
    if approved and classes:
        parts.append((words.fill("leave_classes", count=classes), ""))
    if answer:
        parts.append((words.fill("leave_answer", answer=answer), ""))
    return _mail(words, reader, words[f"{decided}_subject"], parts, "own_leave")


def render_volunteers_wanted(
    reader: MailReader, *, classes: Sequence[NamedClass], note: str
) -> RenderedMessage:
    """`classes` are those that the reader can take, by start; `note` is what the school wrote."""
    words = words_in(reader.language)
    one = len(classes) == 1
    lines = [_class(words, reader, named) for named in classes[:_MOST_NAMED]]
    lead = words["volunteers_lead_one"] if one else words["volunteers_lead"]
    parts = [(lead, lines[0]), *(("", line) for line in lines[1:])]
    if more := len(classes) - len(lines):
        parts.append((words.fill("volunteers_more", count=more), ""))
    if note:
        parts.append((words.fill("volunteers_note", organization=reader.organization, note=note), ""))
    parts.append((words["volunteers_first"], ""))
    subject = (
        words.fill("volunteers_subject_one", title=classes[0].title)
        if one
        else words.fill("volunteers_subject", count=len(classes))
    )
    return _mail(words, reader, subject, parts, "volunteers_open")


def _class(words: Words, reader: MailReader, named: NamedClass) -> str:
    when = moment(named.starts_at, words.language, reader.time_zone, now=reader.now)
    until = clock(named.ends_at, words.language, reader.time_zone)
    return words.fill("instructor_class", title=named.title, when=when, until=until, zone=_zone(reader))


def _zone(reader: MailReader) -> str:
    return reader.time_zone.replace("_", " ")


def _mail(
    words: Words, reader: MailReader, subject: str, parts: list[tuple[str, str]], button: str
) -> RenderedMessage:
    values = {
        "w": words,
        "language": words.language,
        "hello": words.fill("hello", name=reader.name),
        "parts": parts,
        "actions": [(words[button], reader.url)],
        "footer": words.fill("instructor_footer", organization=reader.organization),
    }
    return render("instructor_mail", subject, values)
