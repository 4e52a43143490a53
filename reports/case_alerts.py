"""The mail that tells staff of an exception case, in English as the pages of staff are."""

from dataclasses import dataclass
from datetime import datetime

from domain.cases.following import Reason
from domain.cases.kinds import CaseKind
from reports.catalogue import words_in
from reports.contexts import RenderedMessage
from reports.letters import render
from reports.moments import moment

_LANGUAGE = "en"
_REASONS = {Reason.OPENED: "", Reason.ESCALATED: "Nobody has seen it yet: ", Reason.OVERDUE: "Overdue: "}


@dataclass(frozen=True)
class CaseAlert:
    reader: str
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
    words = words_in(_LANGUAGE)
    starts = moment(alert.starts_at, _LANGUAGE, alert.time_zone, now=alert.now) if alert.starts_at else ""
    about = ", ".join(part for part in (alert.subject, starts) if part)
    what = f"{alert.kind.title} ({alert.cases} exceptions)" if alert.cases > 1 else alert.kind.title
    subject = f"{_REASONS[alert.reason]}{what}{': ' if about else ''}{about}"
    values = {
        "w": words,
        "language": _LANGUAGE,
        "hello": words.fill("hello", name=alert.reader),
        "about": about,
        "what": what,
        "happened": alert.kind.happened,
        "runbook": alert.kind.runbook.replace("`", ""),
        "severity": alert.severity,
        "due": moment(alert.due_at, _LANGUAGE, alert.time_zone, now=alert.now),
        "actions": [("Open the exception", alert.url)],
        "footer": f"You're receiving this email because you work for {alert.organization}.",
    }
    return render("case_alert", subject, values)
