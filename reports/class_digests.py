"""The mail that tells a person of all that one act does to their classes, such as cancelling those of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.notices.kinds import NoticeKind
from reports.catalogue import Words, supported_language, words_in
from reports.contexts import ClassContext, RenderedMessage
from reports.directions import isolated
from reports.letters import render
from reports.moments import clock, listed, moment

_ORDER = (
    NoticeKind.CANCELLED,
    NoticeKind.REMOVED,
    NoticeKind.RESCHEDULED,
    NoticeKind.SUBSTITUTION,
    NoticeKind.REPLACED,
    NoticeKind.ASSIGNED,
    NoticeKind.ADDED,
    NoticeKind.CONFIRMATION,
)
"""The kinds that are gathered, in the order of their sections."""
_WITH_LINKS = (
    NoticeKind.RESCHEDULED,
    NoticeKind.SUBSTITUTION,
    NoticeKind.ASSIGNED,
    NoticeKind.ADDED,
    NoticeKind.CONFIRMATION,
)
_GONE = (NoticeKind.CANCELLED, NoticeKind.REMOVED, NoticeKind.REPLACED)


@dataclass(frozen=True)
class DigestClass:
    """What happened to one class, as the reader would be told of it alone."""

    session_id: UUID  # of the class, which may be there twice: moved, and given to somebody else
    kind: NoticeKind  # one of those that are gathered
    context: ClassContext


def render_class_digest(
    classes: Sequence[DigestClass],
    *,
    for_instructor: bool,
    page_url: str,
    language: str,
    time_zone: str,
) -> RenderedMessage:
    """`classes` are at least two messages, in order of time; times are in `time_zone` (IANA), which is named.

    `page_url` is that of the reader's own page; empty: there is none.
    """
    words, language = words_in(language), supported_language(language)
    kinds = {one.kind for one in classes}
    first = classes[0].context
    values = {
        "w": words,
        "language": language,
        "hello": words.fill("hello", name=first.reader),
        "lead": words["digest_lead"],
        "sections": [
            (
                words[f"digest_{kind}"],
                [
                    _item(one, words, language, time_zone, for_instructor=for_instructor)
                    for one in classes
                    if one.kind == kind
                ],
            )
            for kind in _ORDER
            if kind in kinds
        ],
        "zone": time_zone.replace("_", " "),
        "calendar": words["digest_calendar"],
        "actions": [(words["own_classes" if for_instructor else "family_page"], page_url)]
        if page_url
        else [],
        "footer": words.fill("footer", organization=first.organization),
    }
    count = len({one.session_id for one in classes})
    if count == 1:
        subject = "digest_subject_one"
    else:
        subject = f"digest_subject_{kinds.pop()}" if len(kinds) == 1 else "digest_subject"
    return render("class_digest", words.fill(subject, count=count), values)


def _item(
    one: DigestClass, words: Words, language: str, time_zone: str, *, for_instructor: bool
) -> dict[str, Any]:
    """The lines about one class: when, what it is, and what the reader should know besides."""
    c = one.context
    until = clock(c.ends_at, language, time_zone)
    titles = [c.course] if c.title == c.course else [c.title, c.course]
    names = [isolated(title, language) for title in titles]
    if c.students:
        names.insert(0, listed(c.students, language))
    if not for_instructor or one.kind == NoticeKind.REPLACED:
        names.append(words.fill("with", instructor=c.instructor))
    return {
        "when": f"{moment(c.starts_at, language, time_zone, now=c.written_at)}–{until}",
        "what": " · ".join(names),
        "detail": _detail(one, words, language, time_zone),
        "gone": one.kind in _GONE,
        "short_links": c.short_links,
        "links": _links(one, words, for_instructor=for_instructor),
    }


def _detail(one: DigestClass, words: Words, language: str, time_zone: str) -> str:
    """The time before a move, or why the class was cancelled."""
    c = one.context
    if one.kind == NoticeKind.RESCHEDULED and c.previous_start:
        previous = moment(c.previous_start, language, time_zone, now=c.written_at)
        return words.fill("previously", when=previous)
    if one.kind == NoticeKind.CANCELLED and c.cancel_reason:
        return words.fill("reason", reason=words[c.cancel_reason])
    return ""


def _links(one: DigestClass, words: Words, *, for_instructor: bool) -> list[tuple[str, str]]:
    if one.kind not in _WITH_LINKS:
        return []
    c = one.context
    if for_instructor:
        return [(words["digest_class_page"], c.page_url)] if c.page_url else []
    several = len(c.join_urls) > 1
    return [
        (words.fill("join_as", name=name) if several else words["join"], url) for name, url in c.join_urls
    ]
