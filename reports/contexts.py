"""Values for the mail templates, and the mail they render. Times are aware and shown in the reader's time zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.record.documentation import Statement
from domain.sessions.cancellations import CancelReason


@dataclass(frozen=True)
class ClassContext:
    """A class as one reader sees it in a notice."""

    organization: str
    course: str
    title: str
    instructor: str
    starts_at: datetime
    ends_at: datetime
    reader: str  # name of the person addressed
    written_at: datetime
    previous_start: datetime | None = None  # of a moved class, as the reader was told before
    cancel_reason: CancelReason | None = None
    students: tuple[str, ...] = ()  # the reader's own children; all students for the instructor
    join_urls: tuple[tuple[str, str], ...] = ()  # (name of the participant, URL)
    short_links: Mapping[str, str] = field(default_factory=dict)  # of join links, to read out or type
    page_url: str = ""  # the session's page, for the instructor
    check_in_url: str = ""  # where the instructor confirms to be there; empty once that is said
    dispute_url: str = ""  # where a family says that the student was in the class
    contact: str = ""  # the school's mail address
    is_student: bool = False  # whether the reader is the student whom it is about
    family_url: str = ""  # the guardian's own page
    unsubscribe_url: str = ""  # ends this kind of message
    topics: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    children: Mapping[UUID, str] = field(
        default_factory=dict
    )  # names of the reader's own children, by student id
    briefing: dict[str, Any] | None = field(default=None)
    offer_url: str = ""  # the page where an instructor answers whether they can teach the class
    answer_by: datetime | None = None  # of such an offer
    unheard_seconds: float = 0.0  # of the class, which are not in its recording


@dataclass(frozen=True)
class RenderedMessage:
    subject: str  # one line
    html: str
    text: str
