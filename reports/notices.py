"""Renders the notices about a class as HTML and text."""

from typing import Any

from domain.notices.kinds import NoticeKind
from domain.record.documentation import Section, Statement
from reports.briefings import read_briefing
from reports.catalogue import SUBJECTS, Words, filled, supported_language, words_in
from reports.contexts import ClassContext, RenderedMessage
from reports.letters import render
from reports.moments import about, clock, listed, moment
from reports.statements import statement_text, with_names

_OF_STUDENTS = (NoticeKind.ABSENCE, NoticeKind.MISSED)
UNHEARD_WORTH_A_WORD = 15.0  # seconds of a class that are not recorded, from which on its summary says so


def render_notice(
    kind: NoticeKind, context: ClassContext, *, language: str, time_zone: str
) -> RenderedMessage:
    """The mail of a notice; `language` falls back to English, times are in `time_zone` (IANA), which is named."""
    language = supported_language(language)
    when = moment(context.starts_at, language, time_zone, now=context.written_at)
    subject = filled(SUBJECTS[language][kind], language, title=context.title, when=when)
    return render("notice", subject, _values(kind, context, language, time_zone))


def _values(kind: NoticeKind, context: ClassContext, language: str, time_zone: str) -> dict[str, Any]:
    words = words_in(language)
    return {
        "kind": kind,
        "hello": words.fill("hello", name=context.reader),
        "c": context,
        "w": words,
        "language": language,
        "when": moment(context.starts_at, language, time_zone, now=context.written_at),
        "until": clock(context.ends_at, language, time_zone),
        "zone": time_zone.replace("_", " "),
        "lead": words.fill(_lead(kind, context), instructor=context.instructor),
        "detail": _detail(kind, context, words, language, time_zone),
        "students": listed(context.students, language),
        "by": words.fill("with", instructor=context.instructor),
        "footer": words.fill("footer", organization=context.organization),
        "actions": _actions(kind, context, words),
        "lists": _lists(kind, context, words, language, time_zone),
    }


def _lead(kind: NoticeKind, context: ClassContext) -> str:
    """The key of the first sentence: students who get the mail themselves are spoken to as such."""
    return f"{kind}_own" if context.is_student and kind in _OF_STUDENTS else kind


def _detail(kind: NoticeKind, context: ClassContext, words: Words, language: str, time_zone: str) -> str:
    """The time before a move, until when to answer, why a class was cancelled, or how much its summary lacks."""
    if kind == NoticeKind.RESCHEDULED and context.previous_start:
        previous = moment(context.previous_start, language, time_zone, now=context.written_at)
        return words.fill("previously", when=previous)
    if kind == NoticeKind.SUBSTITUTE_OFFER and context.answer_by:
        until = moment(context.answer_by, language, time_zone, now=context.written_at)
        return words.fill("offer_lead_by", when=until)
    if kind == NoticeKind.CANCELLED and context.cancel_reason:
        return words.fill("reason", reason=words[context.cancel_reason])
    if kind == NoticeKind.SUMMARY and context.unheard_seconds >= UNHEARD_WORTH_A_WORD:
        return words.fill("unheard", length=about(context.unheard_seconds, language))
    return ""


def _actions(kind: NoticeKind, context: ClassContext, words: Words) -> list[tuple[str, str]]:
    """The buttons of the mail as (label, URL)."""
    if kind == NoticeKind.REVIEW_REQUEST and context.page_url:
        return [(words["review"], context.page_url)]
    if kind == NoticeKind.SUBSTITUTE_OFFER and context.offer_url:
        return [(words["offer_answer"], context.offer_url)]
    if kind == NoticeKind.MISSED:
        dispute = [(words["we_were_there"], context.dispute_url)] if context.dispute_url else []
        return dispute + ([(words["contact_school"], f"mailto:{context.contact}")] if context.contact else [])
    several = len(context.join_urls) > 1
    check_in = [(words["confirm_coming"], context.check_in_url)] if context.check_in_url else []
    join = [
        (words.fill("join_as", name=name) if several else words["join"], url)
        for name, url in context.join_urls
    ]
    return [*check_in, *join] if kind == NoticeKind.CHECK_IN else [*join, *check_in]


def _lists(
    kind: NoticeKind, context: ClassContext, words: Words, language: str, time_zone: str
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The sections of the mail: a heading with (line, verdict) pairs; the verdict may be empty."""
    if kind in (NoticeKind.BRIEFING, NoticeKind.ASSIGNED) and context.briefing:
        sections = read_briefing(
            context.briefing, language=language, time_zone=time_zone, now=context.written_at
        )
        return [(heading, [(line, "") for line in lines]) for heading, lines in sections]
    if kind != NoticeKind.SUMMARY:
        return []
    by_section = [(section, [s for s in context.statements if s.section == section]) for section in Section]
    return [
        (words[section], [_line(statement, context, words, language) for statement in statements])
        for section, statements in by_section
        if statements
    ]


def _line(statement: Statement, context: ClassContext, words: Words, language: str) -> tuple[str, str]:
    """The text of a statement and its verdict; the text names the child if the reader has several in the class."""
    text = statement_text(statement, language)
    return with_names(text, statement, context.children, language), words.get(statement.outcome or "", "")
