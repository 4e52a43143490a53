"""Whether each message was written and delivered once, counted from what an SMTP server has delivered.

SMTP cannot tell whether a message was taken when the answer to it is lost, so it is sent again with its Message-ID, by
which mail programs show it once. A second copy without such a cause is a violation.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from domain.cases.kinds import ExceptionKind
from domain.cases.states import EntryKind
from domain.notices.kinds import NoticeKind, StaffNoticeKind
from domain.people.roles import Role
from domain.sessions.states import SessionState
from models.notice import WITHDRAWN, Notice
from models.session import Session
from tests.faults.class_story import ClassStory
from tests.faults.snapshot import Snapshot
from tests.faults.wire import Wire

_RECORDS_WITHIN = timedelta(
    seconds=30
)  # a worker that dies so soon after a mail was taken may not have noted it
_MOMENT = timedelta(seconds=2)  # between the delivery and the end of its connection
_TELLINGS = (EntryKind.TOLD, EntryKind.ESCALATED, EntryKind.REMINDED)


def violations(story: ClassStory, taken: Snapshot, smtp: Wire) -> Iterable[str]:
    undelivered = {
        key for case in taken.cases if case.kind == ExceptionKind.NOTICE_UNDELIVERABLE for key in case.reports
    }
    known = {str(row.id) for row in taken.notices}
    for row in taken.notices:
        copies = taken.mails.get(str(row.id), [])
        name = f"{row.kind} {row.key}"
        if row.sent_at and not copies:
            yield f"{name} counts as sent and never was"
        if row.waits and row.send_after < taken.taken_at:
            yield f"{name} waits for nobody"
        if row.failed_at and row.error != WITHDRAWN and str(row.id) not in undelivered:
            yield f"{name} failed without a case"
        if copies and row.error == WITHDRAWN and not _may_repeat(copies[0], row.failed_at, story, smtp):
            yield f"{name} was withdrawn and sent"
        for earlier, later in pairwise(copies):
            if not _may_repeat(earlier, later, story, smtp):
                yield f"{name} was delivered again {(later - earlier).total_seconds():.1f} s later, {earlier}"
    said = Counter((row.kind, row.recipient_id, _about(row)) for row in taken.notices)
    yield from (f"{kind} was written {n} times for one person" for (kind, _, _), n in said.items() if n > 1)
    yield from _of_cases(taken)
    for session in taken.sessions.values():
        yield from _missing(
            taken, session, {row.kind: row for row in taken.notices if row.session_id == session.id}
        )
    mailed = set(taken.mails) & known
    if len(mailed) < sum(row.sent_at is not None for row in taken.notices):
        yield "fewer mails were delivered than messages count as sent"


def _about(row: Notice) -> str:
    """What a message says: a class may move, and each change of a case is told by itself."""
    return row.key if row.kind == StaffNoticeKind.EXCEPTION else f"{row.session_id} {row.class_starts_at}"


def _may_repeat(earlier: datetime, later: datetime | None, story: ClassStory, smtp: Wire) -> bool:
    """Whether the answer to the earlier delivery was lost, or the worker died before it was noted."""
    if any(opened <= earlier <= ended + _MOMENT for opened, ended in smtp.broken):
        return True
    return any(
        outage.what in ("worker", "smtp")
        and outage.since - _RECORDS_WITHIN <= earlier
        and (later is None or outage.since <= later)
        and earlier <= outage.until
        for outage in story.faults.outages
    )


def _of_cases(taken: Snapshot) -> Iterable[str]:
    """Staff are told as often as the histories of the cases say."""
    entries = [entry for entry in taken.entries if entry.kind in _TELLINGS]
    told = sum(int(entry.detail["people"]) for entry in entries)
    written = sum(row.kind == StaffNoticeKind.EXCEPTION for row in taken.notices)
    if told != written:
        yield f"{written} messages about cases were written, the histories say {told}"


def _missing(taken: Snapshot, session: Session, written: dict[str, Notice]) -> Iterable[str]:
    """What nobody was told of, although it happened."""
    expected = [NoticeKind.CONFIRMATION]
    if session.state == SessionState.CANCELLED:
        expected.append(NoticeKind.CANCELLED)
    elif session.moves:
        expected.append(NoticeKind.RESCHEDULED)
    if session.outcome == "held" and session.id in taken.documents:
        expected.append(NoticeKind.REVIEW_REQUEST)
        if taken.documents[session.id].approved_at and _a_student_came(taken, session):
            expected.append(NoticeKind.SUMMARY)
    failed = {case.occasion.partition(" ")[0] for case in taken.cases_of(session.id)}
    for kind in expected:
        if kind not in written and kind not in failed:
            yield f"class {session.id}: nobody was written a {kind}"


def _a_student_came(taken: Snapshot, session: Session) -> bool:
    students = {
        one.id for one in taken.participants if one.session_id == session.id and one.role == Role.STUDENT
    }
    return any(row.participant_id in students and row.came for row in taken.attendance)
