"""The words of exception cases: kinds, severities, owners, what can be done, and what a kind says of itself.

`domain/cases/catalogue/` holds one file for each kind.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.people.roles import Role


class ExceptionKind(StrEnum):
    STEP_FAILED = "step_failed"  # a step of the session exhausted its retries
    INSTRUCTOR_NOT_CHECKED_IN = (
        "instructor_not_checked_in"  # shortly before the class, and not in the room either
    )
    INSTRUCTOR_LATE = "instructor_late"
    INSTRUCTOR_ABSENT = "instructor_absent"
    INSTRUCTOR_LEFT_EARLY = "instructor_left_early"
    STUDENT_ABSENT = "student_absent"
    NOBODY_CAME = "nobody_came"  # the instructor waits alone
    ATTENDANCE_DISPUTED = "attendance_disputed"  # a family says that its child was there
    RECORDING_MISSING = "recording_missing"  # somebody is in the room and nothing is recorded
    TRACK_NOT_SUBSCRIBED = "track_not_subscribed"  # one person's microphone is open and is not recorded
    RECORDING_GAP = "recording_gap"  # a span of the class was not recorded
    RECORDING_AT_RISK = "recording_at_risk"  # audio waits on a worker: the store or the disk does not take it
    RECORDING_LATE = "recording_late"  # audio came into the store after the class was documented without it
    TRANSCRIPT_BEHIND = "transcript_behind"
    TRANSCRIPT_INCOMPLETE = "transcript_incomplete"  # the transcription did not come to its end
    TRANSCRIPT_EMPTY = "transcript_empty"  # people talked, and it has no words
    SPEAKER_MISSING = "speaker_missing"  # somebody talked and is not in the transcript
    DRAFT_FAILED = "draft_failed"
    DOCUMENTATION_OVERDUE = "documentation_overdue"
    CLASS_OVERRAN = "class_overran"  # it keeps people from their next class
    CLASS_ENDED_EARLY = "class_ended_early"
    INSTRUCTOR_UNAVAILABLE = "instructor_unavailable"  # a class to come breaks a rule about its instructor
    LEAVE_REQUESTED = "leave_requested"  # an instructor asks for leave, and nobody has decided
    DOUBLE_BOOKING = "double_booking"  # two classes of one person at one time
    OCCURRENCE_NOT_BOOKED = "occurrence_not_booked"  # a class of a series was refused
    BOOKINGS_REFUSED = "bookings_refused"  # rows of a file of classes were refused
    PLAN_UNDECIDED = "plan_undecided"  # nobody decides a proposed plan, and the time it holds ends soon
    REPLAN_PROPOSED = "replan_proposed"  # a change touches classes, and a plan for them waits for a decision
    POOR_CONNECTION = "poor_connection"
    NOTICE_UNDELIVERABLE = "notice_undeliverable"
    ROOM_LOST = "room_lost"  # the media server forgot the room of a running class
    WEBHOOK_GAP = "webhook_gap"  # the room watch found events that LiveKit's webhooks should have reported
    RECORDS_DIFFER = "records_differ"  # a session without its workflow, or a workflow without its session
    RECORD_UNFINISHED = (
        "record_unfinished"  # a part of a closed class's record that nothing finishes any more
    )
    SUBSTITUTION_REQUESTED = "substitution_requested"
    SUBSTITUTE_NOT_FOUND = "substitute_not_found"  # all who could teach the class were asked
    VOLUNTEER_NOT_FOUND = "volunteer_not_found"  # nobody takes a class that is open to volunteers
    ROTA_EMPTY = "rota_empty"  # an on-call rota on which nobody can be on duty
    CALENDAR_UNREADABLE = "calendar_unreadable"  # an instructor's own calendar can no longer be read
    CHANNEL_FAILING = "channel_failing"  # a channel takes no alerts


class Severity(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"  # a running class is affected


class Owner(StrEnum):
    OPS = "ops"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


class AfterCancellation(StrEnum):
    """What becomes of the open cases of a kind when their class is cancelled."""

    ENDS = "ends"  # they are resolved, and later reports about the class open none
    BEGINS_ANEW = "begins_anew"  # they are resolved; later reports are about the cancellation itself
    STAYS = "stays"  # somebody is still concerned


class Outage(StrEnum):
    """What many cases at once have as their common cause: such cases are one incident."""

    MEDIA_SERVER = "media_server"
    RECORDERS = "recorders"
    STORE = "store"
    MAIL = "mail"


class Action(StrEnum):
    """What can be done about a case from its page."""

    OPEN_CLASS = "open_class"
    JOIN_AS_OBSERVER = "join_as_observer"
    EXTEND = "extend"
    CANCEL = "cancel"
    FIND_SUBSTITUTE = "find_substitute"
    OPEN_REVIEW = "open_review"
    OPEN_MESSAGE = "open_message"
    OPEN_PERSON = "open_person"
    DECIDE_LEAVE = "decide_leave"
    CORRECT_ROWS = "correct_rows"
    REOPEN = "reopen"
    BOOK_AGAIN = "book_again"


_ACKNOWLEDGE_WITHIN = {
    Severity.CRITICAL: timedelta(minutes=2),
    Severity.HIGH: timedelta(minutes=10),
    Severity.NORMAL: timedelta(hours=4),
    Severity.LOW: timedelta(hours=24),
}


@dataclass(frozen=True)
class CaseKind:
    """What a kind of case says of itself, for its page, its routing and the operations guide."""

    code: ExceptionKind
    title: str  # as a heading
    happened: str  # what happened, in one plain sentence
    detected: str
    cause: str  # what makes two reports the same case
    concerns: str
    repair: str  # what Homeroom does about it by itself
    closes: str  # what resolves it without a person
    runbook: str  # what to do, one paragraph
    severity: Severity
    owner: Owner
    due_within: timedelta  # of its opening
    actions: tuple[Action, ...] = (Action.OPEN_CLASS,)
    outage: Outage | None = None
    about: Role | None = (
        None  # whose name stands first: the class's instructor, or the student (or whoever it is) in the occasion
    )
    after_cancellation: AfterCancellation = AfterCancellation.ENDS
    ends_with_class: bool = False  # nobody is concerned once the class is over

    @property
    def acknowledge_within(self) -> timedelta:
        """From its opening; later, the next in line is told."""
        return min(_ACKNOWLEDGE_WITHIN[self.severity], self.due_within)
