"""Labels: the English that pages show in place of the codes of cases, messages, steps, sections and outcomes."""

import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from console.frame.times import clock
from domain.cases.kinds import ExceptionKind
from domain.notices.kinds import AccountNoticeKind, CourseNoticeKind, NoticeKind
from domain.people.roles import Role
from domain.record.audience import AudienceKind, StatementAudience
from domain.record.documentation import CheckOutcome, Section
from domain.sessions.cancellations import CancelReason
from domain.sessions.timeline import Outcome, Step

STEPS: Mapping[str, str] = {
    Step.BOOKING: "Booking",
    Step.CONFIRMATION: "Confirmation",
    Step.REMINDER: "Reminder",
    Step.BRIEFING: "Instructor briefing",
    Step.ROOM: "Room",
    Step.CREDENTIALS: "Access for participants",
    Step.LIVE: "Class",
    Step.CAPTURE: "Recording",
    Step.END: "End of class",
    Step.TRANSCRIPT: "Transcript",
    Step.DOCUMENTATION: "Draft",
    Step.REVIEW: "Review",
    Step.SUMMARY: "Summary to guardians",
    Step.RECORDS: "Records",
    Step.NEXT_BRIEFING: "Next briefing",
}
SECTIONS = {
    Section.TOPICS: "Topics",
    Section.PRACTISED: "What was practised",
    Section.COMPREHENSION: "Comprehension checks",
    Section.HOMEWORK: "Homework",
    Section.NEXT_STEPS: "Next steps",
}
CHECK_OUTCOMES = {
    CheckOutcome.CORRECT: "Correct",
    CheckOutcome.PARTLY: "Partly correct",
    CheckOutcome.INCORRECT: "Incorrect",
    CheckOutcome.UNANSWERED: "Not answered",
    CheckOutcome.UNCLEAR: "Unclear",
}
CANCELLATIONS: Mapping[str, str] = {
    CancelReason.INSTRUCTOR_UNAVAILABLE: "Instructor unavailable",
    CancelReason.STUDENT_UNAVAILABLE: "Students unavailable",
    CancelReason.ILLNESS: "Illness",
    CancelReason.TECHNICAL: "Technical problem",
    CancelReason.HOLIDAY: "Holiday",
    CancelReason.WEATHER: "Weather",
    "unspecified": "No reason",
}
CASE_KINDS: Mapping[str, str] = {
    ExceptionKind.STEP_FAILED: "Step failed",
    ExceptionKind.INSTRUCTOR_ABSENT: "Instructor absent",
    ExceptionKind.STUDENT_ABSENT: "Student absent",
    ExceptionKind.RECORDING_MISSING: "Class not recorded",
    ExceptionKind.RECORDING_GAP: "Gap in the recording",
    ExceptionKind.RECORDING_AT_RISK: "Audio cannot be stored",
    ExceptionKind.RECORDING_LATE: "Audio came too late for the transcript",
    ExceptionKind.TRANSCRIPT_INCOMPLETE: "Transcript incomplete",
    ExceptionKind.DOCUMENTATION_OVERDUE: "Review overdue",
    ExceptionKind.NOTICE_UNDELIVERABLE: "Message not delivered",
    ExceptionKind.ROOM_LOST: "Room lost",
    ExceptionKind.WEBHOOK_GAP: "Room events missed",
    ExceptionKind.SUBSTITUTION_REQUESTED: "Substitution requested",
}
NOTICE_KINDS: Mapping[str, str] = {
    NoticeKind.CONFIRMATION: "Confirmation",
    NoticeKind.RESCHEDULED: "New time",
    NoticeKind.CANCELLED: "Cancellation",
    NoticeKind.SUBSTITUTION: "New instructor",
    CourseNoticeKind.ENROLLED: "Enrolled in course",
    CourseNoticeKind.UNENROLLED: "Left course",
    NoticeKind.ADDED: "Added to class",
    NoticeKind.REMOVED: "Removed from class",
    NoticeKind.REMINDER: "Reminder",
    NoticeKind.BRIEFING: "Briefing",
    NoticeKind.ABSENCE: "Absence",
    NoticeKind.CANNOT_COME: "Cannot come",
    NoticeKind.COMING_AFTER_ALL: "Coming after all",
    NoticeKind.REVIEW_REQUEST: "Review request",
    NoticeKind.SUMMARY: "Summary",
    AccountNoticeKind.SIGN_IN: "Sign-in link",
    AccountNoticeKind.INVITATION: "Invitation",
}
ROLES: Mapping[str, str] = {Role.OBSERVER: "guest", "member": "staff"}
# Notes of the session workflow as pages show them. Stored timelines also have the wording of the last release.
_TIMELINE_NOTES = {
    "no speech": "nobody spoke",
    "not held": "class not held",
    "no approved documentation": "no approved draft",
    "nothing approved": "no approved draft",
    "its time had passed": "too late for this class",
    "its time was over": "too late for this class",
}
_END_REASONS = {
    "scheduled": "time was up",
    "empty": "room was empty",
    "command": "ended early",
    "moved": "class rescheduled",
    "cancelled": "class cancelled",
}
_JOINABLE = re.compile(r"credentials given to (?P<count>\d+) people|(?P<stored>\d+) may come in")
_ONE_OF_MANY = re.compile(r"\b1 (segment|statement|utterance|word)s\b")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Fields of the change log whose values are codes.
_CODED_FIELDS = frozenset(
    (
        "kind",
        "method",
        "outcome",
        "owner",
        "recipient_kind",
        "role",
        "severity",
        "state",
        "status",
        "step",
        "subject_kind",
    )
)


def code_label(code: str) -> str:
    """A code without a label of its own, as words."""
    return code.replace("_", " ").replace("-", " ")


def case_label(kind: str) -> str:
    """The label of a kind of case, also of one that a later version adds."""
    return CASE_KINDS.get(kind) or code_label(kind).capitalize()


def notice_label(kind: str) -> str:
    """The label of a kind of notice, also of one that a later version adds."""
    return NOTICE_KINDS.get(kind) or code_label(kind).capitalize()


def role_label(role: str) -> str:
    """The label of a participant's role or a recipient's kind."""
    return ROLES.get(role) or code_label(role)


def step_label(step: str, occasion: str = "") -> str:
    """A step of a class; `occasion` tells its reminders apart, by how long before class they are sent."""
    label = STEPS.get(step) or code_label(step).capitalize()
    return f"{label} ({occasion} before)" if step == Step.REMINDER and occasion else label


def occasion_label(kind: str, occasion: str, people: Mapping[str, str]) -> str:
    """What sets a case apart from others of its kind: a step, a person, a moment. Empty where the page says it
    elsewhere. `people` are names by id."""
    if kind == ExceptionKind.SUBSTITUTION_REQUESTED:
        return people.get(occasion, "Best match" if occasion == "best_fit" else "")
    if kind == ExceptionKind.STUDENT_ABSENT:
        return people.get(occasion, "")
    first, _, rest = occasion.partition(" ")
    if kind == ExceptionKind.STEP_FAILED:
        return notice_label(rest) if first == "notice" else step_label(first, rest)
    if kind == ExceptionKind.NOTICE_UNDELIVERABLE:
        return NOTICE_KINDS.get(first, "")
    return "" if _ID.fullmatch(occasion) else moment_label(occasion) or code_label(occasion)


def audience_label(audience: StatementAudience | None, students: Mapping[UUID, str]) -> str:
    """Who reads a statement; empty if every family of the class does. `students` are names by id."""
    if audience is None or audience.kind == AudienceKind.STAFF:
        return "Staff only"
    if audience.kind == AudienceKind.EVERYBODY or len(students) == 1:
        return ""
    return ", ".join(students.get(student, "a former student") for student in audience.students)


def timeline_note(step: str, outcome: str, note: str) -> str:
    """The note of a step on the timeline: counts, the reason for its outcome, or the code of its error."""
    if outcome == Outcome.FAILED:
        return code_label(note)
    if step == Step.END:
        return _END_REASONS.get(note, note)
    if joinable := _JOINABLE.fullmatch(note):
        count = int(joinable["count"] or joinable["stored"])
        return f"{count} {'participant' if count == 1 else 'participants'} can join"
    return _TIMELINE_NOTES.get(note) or _ONE_OF_MANY.sub(r"1 \1", note)


def moment_label(text: str) -> str:
    """An ISO 8601 moment in UTC; empty for any other text."""
    if len(text) <= 18 or text[4:5] != "-" or "T" not in text:
        return ""
    try:
        return f"{clock(datetime.fromisoformat(text), 'UTC', 'full')} UTC"
    except ValueError:
        return ""


def value_label(subject: str, field: str, value: str) -> str:
    """A text of the change log: a code as its label, a moment as a date, other texts as they are."""
    if field == "kind" and subject in ("exception", "notice"):
        return case_label(value) if subject == "exception" else notice_label(value)
    if field in _CODED_FIELDS:
        return code_label(value)
    return moment_label(value) or value
