"""The alerts about an exception case: the mail to one reader, in their language, and the text for a channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.cases.following import Reason
from domain.cases.kinds import CaseKind
from reports.case_texts import case_texts
from reports.catalogue import words_in
from reports.contexts import RenderedMessage
from reports.letters import render
from reports.moments import moment

_REASONS = {Reason.ESCALATED: "case_escalated", Reason.OVERDUE: "case_overdue"}


@dataclass(frozen=True)
class CaseAlert:
    reader: str
    language: str  # of the reader
    organization: str
    kind: CaseKind
    severity: str
    reason: Reason
    subject: str  # the title or name of what the case is about; may be empty
    starts_at: datetime | None  # of a class
    due_at: datetime
    time_zone: str  # of the reader, IANA
    url: str
    cases: int  # of its incident
    now: datetime


def render_case_alert(alert: CaseAlert) -> RenderedMessage:
    """The mail; times are in the reader's time zone."""
    words, texts = words_in(alert.language), case_texts(alert.kind, alert.language)
    language = words.language
    starts = moment(alert.starts_at, language, alert.time_zone, now=alert.now) if alert.starts_at else ""
    about = ", ".join(part for part in (alert.subject, starts) if part)
    what = texts.title
    if alert.cases > 1:
        what = words.fill("case_several", what=what, count=alert.cases)
    told = words.fill(_REASONS[alert.reason], what=what) if alert.reason in _REASONS else what
    due = moment(alert.due_at, language, alert.time_zone, now=alert.now)
    values = {
        "w": words,
        "language": language,
        "hello": words.fill("hello", name=alert.reader),
        "about": about,
        "what": what,
        "happened": texts.happened,
        "runbook": words.fill("case_todo", runbook=texts.runbook),
        "due": words.fill("case_severity", severity=words[f"case_{alert.severity}"], when=due),
        "actions": [(words["case_open"], alert.url)],
        "footer": words.fill("case_footer", organization=alert.organization),
    }
    return render("case_alert", f"{told}{': ' if about else ''}{about}", values)


def channel_lines(
    kind: CaseKind,
    reason: Reason,
    language: str,
    *,
    opened_at: datetime,
    due_at: datetime,
    class_starts_at: datetime | None,
) -> Sequence[str]:
    """What a channel is told of a case, without names; times are in UTC."""
    words, texts = words_in(language), case_texts(kind, language)
    times = words.fill("channel_times", opened=_in_utc(opened_at), due=_in_utc(due_at))
    return [
        words.fill(f"channel_{reason}", what=texts.happened),
        times,
        *([words.fill("channel_class", when=_in_utc(class_starts_at))] if class_starts_at else []),
    ]


def _in_utc(at: datetime) -> str:
    """A moment as channels are told of it: their readers may be anywhere."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
