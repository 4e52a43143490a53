"""Example contexts of notices, and a parser for the mails rendered from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

from domain.notices.kinds import NoticeKind
from domain.record.documentation import CheckOutcome, Citation, Section, Statement
from reports.briefings import build_briefing, with_plan
from reports.contexts import ClassContext, RenderedMessage
from reports.notices import render_notice

STARTS_AT = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday
CITED = (Citation(UUID(int=1), "as it was said"),)


def statement(section: Section, text: str, outcome: CheckOutcome | None = None) -> Statement:
    return Statement(section, text, CITED, outcome=outcome)


STATEMENTS = (
    statement(Section.TOPICS, "Today we work on adding fractions."),
    statement(Section.PRACTISED, "You need a common denominator first."),
    statement(Section.COMPREHENSION, "Asked “One half plus one quarter?”", CheckOutcome.CORRECT),
    statement(Section.COMPREHENSION, "Asked “One third plus one sixth?”", CheckOutcome.INCORRECT),
    statement(Section.HOMEWORK, "Please do page twelve until Thursday."),
    statement(Section.NEXT_STEPS, "Next time we subtract fractions."),
)
BRIEFING = with_plan(
    build_briefing(
        last_title="Halves",
        last_held_at=STARTS_AT - timedelta(days=7),
        statements=STATEMENTS,
        students={},
        approved=True,
    ),
    topics=["Adding fractions"],
    students=["Noor Haddad", "Leo Lindqvist"],
)
CONTEXT = ClassContext(
    organization="Harbour Tutoring",
    course="Mathematics, year 6",
    title="Adding fractions",
    instructor="Ada Okafor",
    starts_at=STARTS_AT,
    ends_at=STARTS_AT + timedelta(hours=1),
    reader="Samira Haddad",
    written_at=STARTS_AT - timedelta(days=2),
    students=("Noor Haddad",),
    join_urls=(("Noor Haddad", "https://school.example/join/1?t=a&x=b"),),
    page_url="https://school.example/sessions/1",
    topics=("Adding fractions",),
    statements=STATEMENTS,
    briefing=BRIEFING,
)


def example_mail(
    kind: NoticeKind = NoticeKind.CONFIRMATION,
    *,
    language: str = "en",
    time_zone: str = "UTC",
    **changed: Any,
) -> RenderedMessage:
    return render_notice(kind, replace(CONTEXT, **changed), language=language, time_zone=time_zone)


class ParsedMail(HTMLParser):
    """The visible text and the links of an HTML mail. Fails for tags that do not close in order."""

    VOID = frozenset({"meta", "br", "img", "link"})

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: dict[str, str] = {}
        self.words: list[str] = []
        self._open: list[str] = []
        self._href = ""
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self._open.append(tag)
        if tag == "a":
            self._href = dict(attrs)["href"] or ""

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "a" in self._open:
            self.links[data.strip()] = self._href
        if "style" not in self._open and "title" not in self._open:
            self.words.append(data)
