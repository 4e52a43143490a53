"""Labels: what pages show in place of the codes of cases, messages, steps, sections and outcomes.

The tables are in English; the functions answer in the language of the page.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from console.frame.texts import SOURCE, gettext, mark, ngettext, page_language, translation_of
from console.frame.times import clock, short_duration, unit_of_time
from domain.cases.catalogue import CATALOGUE
from domain.cases.kinds import ExceptionKind, Outage, Owner
from domain.cases.repairs import Repair, RepairResult
from domain.notices.kinds import (
    AccountNoticeKind,
    CourseNoticeKind,
    DigestNoticeKind,
    InstructorNoticeKind,
    NoticeKind,
    PlanNoticeKind,
    StaffNoticeKind,
)
from domain.people.roles import Role
from domain.record.artefacts import Artefact, ArtefactReason
from domain.record.audience import AudienceKind, StatementAudience
from domain.record.documentation import CheckOutcome, Section
from domain.scheduling.candidates import WhyNot
from domain.scheduling.volunteers import Audience
from domain.sessions.cancellations import CancelReason
from domain.sessions.completeness import Part
from domain.sessions.timeline import Outcome, Step
from reports.moments import listed

STEPS: Mapping[str, str] = {
    Step.BOOKING: mark("Booking"),
    Step.CONFIRMATION: mark("Confirmation"),
    Step.REMINDER: mark("Reminder"),
    Step.BRIEFING: mark("Instructor briefing"),
    Step.ROOM: mark("Room"),
    Step.CREDENTIALS: mark("Access for participants"),
    Step.LIVE: mark("Class"),
    Step.CAPTURE: mark("Recording"),
    Step.END: mark("End of class"),
    Step.TRANSCRIPT: mark("Transcript"),
    Step.DOCUMENTATION: mark("Draft"),
    Step.REVIEW: mark("Review"),
    Step.SUMMARY: mark("Summary to guardians"),
    Step.RECORDS: mark("Records"),
    Step.NEXT_BRIEFING: mark("Next briefing"),
}
SECTIONS = {
    Section.TOPICS: mark("Topics"),
    Section.PRACTISED: mark("What was practised"),
    Section.COMPREHENSION: mark("Comprehension checks"),
    Section.HOMEWORK: mark("Homework"),
    Section.NEXT_STEPS: mark("Next steps"),
}
CHECK_OUTCOMES = {
    CheckOutcome.CORRECT: mark("Correct"),
    CheckOutcome.PARTLY: mark("Partly correct"),
    CheckOutcome.INCORRECT: mark("Incorrect"),
    CheckOutcome.UNANSWERED: mark("Not answered"),
    CheckOutcome.UNCLEAR: mark("Unclear"),
}
CANCELLATIONS: Mapping[str, str] = {
    CancelReason.INSTRUCTOR_UNAVAILABLE: mark("Instructor unavailable"),
    CancelReason.STUDENT_UNAVAILABLE: mark("Students unavailable"),
    CancelReason.ILLNESS: mark("Illness"),
    CancelReason.TECHNICAL: mark("Technical problem"),
    CancelReason.HOLIDAY: mark("Holiday"),
    CancelReason.WEATHER: mark("Weather"),
    CancelReason.UNSPECIFIED: mark("No reason"),
}
# Of staff's pages, which are in English.
AUDIENCES = (
    (Audience.EVERYBODY.value, "Everybody who can teach it"),
    (Audience.COURSE.value, "Colleagues who teach the course"),
)
INSTRUCTOR_RULES: Mapping[str, str] = {
    WhyNot.NOT_QUALIFIED: "not qualified",
    WhyNot.LANGUAGE: "another language",
    WhyNot.REGION: "another region",
    WhyNot.CONSENT: "without a consent",
    WhyNot.CERTIFICATE: "without a valid certificate",
    WhyNot.BACKGROUND_CHECK: "without a valid background check",
    WhyNot.CLOSED: "on a closed day",
    WhyNot.ON_LEAVE: "on leave",
    WhyNot.NOT_AVAILABLE: "outside their hours",
    WhyNot.BUSY_ELSEWHERE: "busy in their own calendar",
    WhyNot.STUDENT_WINDOW: "outside the hours of a student",
    WhyNot.DO_NOT_PAIR: "kept apart from a student",
    WhyNot.NO_BUFFER: "too close to another class",
    WhyNot.REST: "without their rest between two days",
    WhyNot.HOURS_OF_DAY: "over the hours of the day",
    WhyNot.HOURS_OF_WEEK: "over the hours of the week",
}
PARTS: Mapping[str, str] = {
    Part.CONFIRMATION: mark("confirmation"),
    Part.BRIEFING: mark("briefing"),
    Part.ATTENDANCE: mark("attendance"),
    Part.ENGAGEMENT: mark("engagement"),
    Part.RECORDING: mark("recording"),
    Part.TRANSCRIPT: mark("transcript"),
    Part.DOCUMENTATION: mark("documentation"),
    Part.APPROVAL: mark("approval"),
    Part.SUMMARY: mark("summary"),
    Part.NEXT_BRIEFING: mark("next briefing"),
}
ARTEFACTS: Mapping[str, str] = {
    Artefact.AUDIO: mark("Audio"),
    Artefact.TRANSCRIPT: mark("Transcript"),
    Artefact.DRAFT: mark("Draft"),
    Artefact.NOTICES: mark("Messages"),
    Artefact.ATTENDANCE: mark("Attendance"),
}
ARTEFACT_REASONS: Mapping[str, str] = {
    ArtefactReason.NOT_OVER: mark("still being made"),
    ArtefactReason.NOT_HELD: mark("class not held"),
    ArtefactReason.STORED: mark("all stored"),
    ArtefactReason.GAPS: mark("with gaps"),
    ArtefactReason.NOTHING_STORED: mark("nothing is stored"),
    ArtefactReason.MICROPHONE_OFF: mark("microphone was off"),
    ArtefactReason.WORDS_STORED: mark("everybody who talked is in it"),
    ArtefactReason.NOBODY_SPOKE: mark("nobody spoke"),
    ArtefactReason.NO_WORDS: mark("people talked, and it has no words"),
    ArtefactReason.SPEAKER_MISSING: mark("somebody who talked is not in it"),
    ArtefactReason.AUDIO_NOT_TRANSCRIBED: mark("not all audio was transcribed"),
    ArtefactReason.NOT_RECORDED: mark("nothing was recorded"),
    ArtefactReason.APPROVED: mark("approved"),
    ArtefactReason.NOT_APPROVED: mark("not approved"),
    ArtefactReason.WAITS_FOR_REVIEW: mark("waits for its review"),
    ArtefactReason.NOTHING_TO_DRAFT: mark("nothing to draft from"),
    ArtefactReason.DRAFTING_FAILED: mark("drafting failed"),
    ArtefactReason.SENT: mark("all sent"),
    ArtefactReason.WAITING: mark("some are not sent yet"),
    ArtefactReason.UNDELIVERABLE: mark("some could not be delivered"),
    ArtefactReason.NOBODY_TO_TELL: mark("nobody to tell"),
    ArtefactReason.FILED: mark("filed"),
    ArtefactReason.NOT_FILED: mark("not filed"),
}
CASE_KINDS: Mapping[str, str] = {kind: of_kind.title for kind, of_kind in CATALOGUE.items()}
CASE_OWNERS: Mapping[str, str] = {
    Owner.OPS: mark("with ops"),
    Owner.INSTRUCTOR: mark("with the instructor"),
    Owner.ADMIN: mark("with an admin"),
}
OUTAGES: Mapping[str, str] = {
    Outage.MEDIA_SERVER: "Media server",
    Outage.RECORDERS: "Recorders",
    Outage.STORE: "Object store",
    Outage.MAIL: "Mail server",
}
REPAIRS: Mapping[str, str] = {
    Repair.ROOM_REMADE: "room made again",
    Repair.RECORDER_STARTED: "another recorder started",
    Repair.SUBSCRIBED_AGAIN: "subscribed again to the sound",
    Repair.REMINDER_SENT: "reminded the instructor by mail",
    Repair.OFFERS_SENT: "asked who else can teach",
    Repair.MESSAGE_SENT_AGAIN: "sent the message again",
    Repair.SEARCH_STARTED: "started the search for a substitute again",
    Repair.CAPTURE_ENDED: "ended the recording in the record",
}
REPAIR_RESULTS: Mapping[str, str] = {
    RepairResult.WORKED: "worked",
    RepairResult.FAILED: "failed",
    RepairResult.WAITING: "not known yet",
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
    NoticeKind.CHECK_IN: "Question before class",
    NoticeKind.CLASS_WAITS: "Class is waiting",
    NoticeKind.ABSENCE: "Absence",
    NoticeKind.SUBSTITUTE_OFFER: "Offer to teach",
    NoticeKind.ASSIGNED: "Class taken over",
    NoticeKind.REPLACED: "No longer teaches",
    NoticeKind.DELAYED: "Starts late",
    NoticeKind.MISSED: "Missed class",
    NoticeKind.CANNOT_COME: "Cannot come",
    NoticeKind.COMING_AFTER_ALL: "Coming after all",
    NoticeKind.REVIEW_REQUEST: "Review request",
    NoticeKind.SUMMARY: "Summary",
    AccountNoticeKind.SIGN_IN: "Sign-in link",
    AccountNoticeKind.INVITATION: "Invitation",
    AccountNoticeKind.LINKS_RENEWED: "New join links",
    InstructorNoticeKind.SWAP_OFFERED: "Swap offered",
    InstructorNoticeKind.SWAP_DECLINED: "Swap declined",
    InstructorNoticeKind.SWAP_EXPIRED: "Swap not answered",
    InstructorNoticeKind.LEAVE_DECIDED: "Leave decided",
    InstructorNoticeKind.VOLUNTEERS_WANTED: "Volunteers wanted",
    PlanNoticeKind.PLAN_QUESTION: "Question before a plan",
    DigestNoticeKind.CLASSES_CHANGED: "Changes of several classes",
    StaffNoticeKind.EXCEPTION: "Exception",
}
ROLES: Mapping[str, str] = {Role.OBSERVER: mark("guest"), "member": "staff"}
# Codes that are shown as words on the pages of instructors: states, statuses, severities, roles, edits.
_CODES = (
    mark("put in another section"),
    mark("rests on other words"),
    mark("question or answer changed"),
    mark("read by others"),
    mark("no outcome"),
    mark("correct"),
    mark("partly"),
    mark("incorrect"),
    mark("unanswered"),
    mark("unclear"),
    mark("drafted from the transcript"),
    mark("drafted from the transcript after the class was reopened"),
    mark("drafted again with audio that came late"),
    mark("edited with the approval"),
    mark("not approved"),
    mark("scheduled"),
    mark("open"),
    mark("live"),
    mark("ending"),
    mark("documenting"),
    mark("review"),
    mark("filing"),
    mark("closed"),
    mark("cancelled"),
    mark("draft"),
    mark("approved"),
    mark("changes requested"),
    mark("overdue"),
    mark("resolved"),
    mark("low"),
    mark("normal"),
    mark("high"),
    mark("critical"),
    mark("pending"),
    mark("complete"),
    mark("partial"),
    mark("empty"),
    mark("missing"),
    mark("not needed"),
    mark("planned"),
    mark("instructor"),
    mark("student"),
    mark("added"),
    mark("removed"),
    mark("changed"),
    mark("moved"),
    mark("held"),
    mark("not held"),
    mark("running"),
    mark("done"),
    mark("failed"),
    mark("skipped"),
)
# Notes of the session workflow as pages show them. Stored timelines also have the wording of the last release.
_TIMELINE_NOTES = {
    "no speech": mark("nobody spoke"),
    "not held": mark("class not held"),
    "no approved documentation": mark("no approved draft"),
    "nothing approved": mark("no approved draft"),
    "its time had passed": mark("too late for this class"),
    "its time was over": mark("too late for this class"),
}
_END_REASONS = {
    "scheduled": mark("time was up"),
    "empty": mark("room was empty"),
    "command": mark("ended early"),
    "moved": mark("class rescheduled"),
    "cancelled": mark("class cancelled"),
}
_JOINABLE = re.compile(r"credentials given to (?P<count>\d+) people|(?P<stored>\d+) may come in")
_COUNTED = re.compile(r"(?P<count>\d+) (?P<what>sent|undeliverable|segments|statements|utterances|words)")
_APPROVED = re.compile(r"revision (?P<revision>\d+) approved")
_HOURS_OR_MINUTES = re.compile(r"(?P<count>\d+)(?P<unit>h|m|min)")
_SECONDS = re.compile(r"(?P<seconds>\d+) s")
_COUNTS: Mapping[str, Callable[[int], str]] = {
    "sent": lambda count: ngettext("%(count)s sent", "%(count)s sent", count),
    "undeliverable": lambda count: ngettext("%(count)s undeliverable", "%(count)s undeliverable", count),
    "segments": lambda count: ngettext("%(count)s segment", "%(count)s segments", count),
    "statements": lambda count: ngettext("%(count)s statement", "%(count)s statements", count),
    "utterances": lambda count: ngettext("%(count)s utterance", "%(count)s utterances", count),
    "words": lambda count: ngettext("%(count)s word", "%(count)s words", count),
}
_ABOUT_SOMEBODY = frozenset(
    {
        ExceptionKind.STUDENT_ABSENT,
        ExceptionKind.ATTENDANCE_DISPUTED,
        ExceptionKind.SPEAKER_MISSING,
        ExceptionKind.POOR_CONNECTION,
        ExceptionKind.DOUBLE_BOOKING,
        ExceptionKind.INSTRUCTOR_UNAVAILABLE,
    }
)
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
    words = code.replace("_", " ").replace("-", " ")
    return translation_of(words) or words


def rule_label(key: str) -> str:
    """What a scheduling rule is called on staff's pages: `hours_of_day` is “Hours of day”."""
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]


def case_label(kind: str) -> str:
    """The label of a kind of case, also of one that a later version adds."""
    return gettext(CASE_KINDS[kind]) if kind in CASE_KINDS else code_label(kind).capitalize()


def notice_label(kind: str) -> str:
    """The label of a kind of notice, also of one that a later version adds."""
    return NOTICE_KINDS.get(kind) or code_label(kind).capitalize()


def role_label(role: str) -> str:
    """The label of a participant's role or a recipient's kind."""
    return gettext(ROLES[role]) if role in ROLES else code_label(role)


def cancellation_label(reason: str) -> str:
    """The label of the reason for which a class was cancelled, also of one that a later version adds."""
    return gettext(CANCELLATIONS[reason]) if reason in CANCELLATIONS else code_label(reason)


def section_titles() -> dict[Section, str]:
    """The titles of a draft's sections, in their order."""
    return {section: gettext(title) for section, title in SECTIONS.items()}


def outcome_titles() -> dict[CheckOutcome, str]:
    """The titles of the outcomes of comprehension checks, in their order."""
    return {outcome: gettext(title) for outcome, title in CHECK_OUTCOMES.items()}


def part_label(part: str) -> str:
    """The label of a part of a class's record."""
    return gettext(PARTS[part]) if part in PARTS else code_label(part)


def case_owner(owner: str) -> str:
    """Who has to follow a case up."""
    return gettext(CASE_OWNERS[owner]) if owner in CASE_OWNERS else code_label(owner)


def outage_label(outage: str) -> str:
    """What an incident has as its cause, also of one that a later version adds."""
    return OUTAGES.get(outage) or code_label(outage).capitalize()


def repair_label(repair: str) -> str:
    """What was tried against the cause of a case, also of a repair that a later version adds."""
    return REPAIRS.get(repair) or code_label(repair)


def repair_result_label(result: str) -> str:
    return REPAIR_RESULTS.get(result) or code_label(result)


def change_note(note: str) -> str:
    """What else changed of a statement; `domain/record/revisions.py` writes it in English."""
    before, became, after = note.partition(" became ")
    if became and page_language() != SOURCE:
        return f"{code_label(before)} → {code_label(after)}"
    return translation_of(note) or note


def revision_reason(reason: str) -> str:
    """The reason for a revision: a text of ours, or the words of whoever saved it."""
    return translation_of(reason) or reason


def step_label(step: str, occasion: str = "") -> str:
    """A step of a class; `occasion` tells its reminders apart, by how long before class they are sent."""
    label = gettext(STEPS[step]) if step in STEPS else code_label(step).capitalize()
    if step == Step.REMINDER and occasion:
        return gettext("%(reminder)s (%(length)s before)", reminder=label, length=_before(occasion))
    return label


def _before(occasion: str) -> str:
    """How long before class a reminder is sent, such as `24h`."""
    length = _HOURS_OR_MINUTES.fullmatch(occasion)
    if length is None or page_language() == SOURCE:
        return occasion
    return unit_of_time("hour" if length["unit"] == "h" else "minute", int(length["count"]), "short")


def occasion_label(kind: str, occasion: str, people: Mapping[str, str]) -> str:
    """What sets a case apart from others of its kind: a step, a person, a moment. Empty where the page says it
    elsewhere. `people` are names by id."""
    if kind == ExceptionKind.SUBSTITUTION_REQUESTED:
        return people.get(occasion, gettext("Best match") if occasion == "best_fit" else "")
    if kind in _ABOUT_SOMEBODY:
        return people.get(occasion, "")
    first, _, rest = occasion.partition(" ")
    if kind == ExceptionKind.STEP_FAILED:
        return notice_label(rest) if first == "notice" else step_label(first, rest)
    if kind == ExceptionKind.NOTICE_UNDELIVERABLE:
        return NOTICE_KINDS.get(first, "")
    if kind == ExceptionKind.RECORDING_AT_RISK:
        return code_label(first)
    return "" if _ID.fullmatch(occasion) else moment_label(occasion) or code_label(occasion)


def audience_label(audience: StatementAudience | None, students: Mapping[UUID, str]) -> str:
    """Who reads a statement; empty if every family of the class does. `students` are names by id."""
    if audience is None or audience.kind == AudienceKind.STAFF:
        return gettext("Staff only")
    if audience.kind == AudienceKind.EVERYBODY or len(students) == 1:
        return ""
    former = gettext("a former student")
    return listed((students.get(student, former) for student in audience.students), page_language())


def timeline_note(step: str, outcome: str, note: str) -> str:
    """The note of a step on the timeline: counts, the reason for its outcome, or the code of its error."""
    if outcome == Outcome.FAILED:
        return code_label(note)
    if step == Step.END:
        return gettext(_END_REASONS[note]) if note in _END_REASONS else code_label(note)
    if joinable := _JOINABLE.fullmatch(note):
        count = int(joinable["count"] or joinable["stored"])
        return ngettext("%(count)s participant can join", "%(count)s participants can join", count)
    if note in _TIMELINE_NOTES:
        return gettext(_TIMELINE_NOTES[note])
    parts = [_part_of_note(part) for part in note.split(", ")]
    between = ", " if page_language() == SOURCE else " · "
    return between.join(parts) if all(parts) else ""


def _part_of_note(part: str) -> str:
    """A count, a length or a revision that a note names; empty where the language has no words for it."""
    if counted := _COUNTED.fullmatch(part):
        return _COUNTS[counted["what"]](int(counted["count"]))
    if approved := _APPROVED.fullmatch(part):
        return gettext("revision %(number)s approved", number=approved["revision"])
    if length := _SECONDS.fullmatch(part):
        return short_duration(float(length["seconds"]))
    return part if page_language() == SOURCE else translation_of(part)


def moment_label(text: str) -> str:
    """An ISO 8601 moment in UTC, or a wall time, which has no offset; empty for any other text."""
    if len(text) <= 18 or text[4:5] != "-" or "T" not in text:
        return ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return f"{clock(at, 'UTC', 'full')} UTC" if at.tzinfo else clock(at.replace(tzinfo=UTC), "UTC", "full")


def value_label(subject: str, field: str, value: str) -> str:
    """A text of the change log: a code as its label, a moment as a date, other texts as they are."""
    if field == "kind" and subject in ("exception", "notice"):
        return case_label(value) if subject == "exception" else notice_label(value)
    if field in _CODED_FIELDS:
        return code_label(value)
    return moment_label(value) or value
