"""The kinds of notices, their audiences and delivery states."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5


class NoticeKind(StrEnum):
    """Of notices about a class."""

    CONFIRMATION = "confirmation"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    SUBSTITUTION = "substitution"  # to families: somebody else teaches
    SUBSTITUTE_OFFER = "substitute_offer"  # to an instructor who is asked to teach a class
    ASSIGNED = "assigned"  # to an instructor who has taken over a class
    REPLACED = "replaced"  # to the instructor in whose place another teaches
    DELAYED = "delayed"  # to families: the instructor has not come, and nobody has taken over yet
    ADDED = "added"  # to students who were added to a class that was booked before
    REMOVED = "removed"  # the class goes on without the student
    REMINDER = "reminder"
    BRIEFING = "briefing"
    CHECK_IN = "check_in"  # the class starts soon, and its instructor has not confirmed to be there
    CLASS_WAITS = "class_waits"  # the class has started, and its instructor is not there
    ABSENCE = "absence"  # the class runs, the student is not there
    MISSED = "missed"  # the class is over, and the student counts as absent
    REVIEW_REQUEST = "review_request"
    SUMMARY = "summary"
    CANNOT_COME = "cannot_come"  # a family says that its child cannot come
    COMING_AFTER_ALL = "coming_after_all"  # and takes it back


class AccountNoticeKind(StrEnum):
    """Of notices to one person about their own account and links."""

    SIGN_IN = "sign_in"
    INVITATION = "invitation"
    LINKS_RENEWED = "links_renewed"  # the join links in earlier messages open nothing any more


class CourseNoticeKind(StrEnum):
    """Of notices to a family about a child's place in a course, one for all its coming classes."""

    ENROLLED = "enrolled"
    UNENROLLED = "unenrolled"


class InstructorNoticeKind(StrEnum):
    """Of notices to an instructor about what they have asked for, or what a colleague or the school asks."""

    SWAP_OFFERED = "swap_offered"  # a colleague asks them to take a class
    SWAP_DECLINED = "swap_declined"  # the colleague will not
    SWAP_EXPIRED = "swap_expired"  # the colleague has not answered
    LEAVE_DECIDED = "leave_decided"
    VOLUNTEERS_WANTED = "volunteers_wanted"  # classes that they can take


class PlanNoticeKind(StrEnum):
    """Of notices to those who are asked before a plan of a term is published."""

    PLAN_QUESTION = "plan_question"


class DigestNoticeKind(StrEnum):
    """Of notices that gather what one act does to several classes of one person."""

    CLASSES_CHANGED = "classes_changed"


class StaffNoticeKind(StrEnum):
    """Of notices to staff about their work."""

    EXCEPTION = "exception"


AnyNoticeKind = (
    NoticeKind
    | AccountNoticeKind
    | CourseNoticeKind
    | InstructorNoticeKind
    | PlanNoticeKind
    | DigestNoticeKind
    | StaffNoticeKind
)
KINDS: tuple[AnyNoticeKind, ...] = (
    *NoticeKind,
    *AccountNoticeKind,
    *CourseNoticeKind,
    *InstructorNoticeKind,
    *PlanNoticeKind,
    *DigestNoticeKind,
    *StaffNoticeKind,
)


class Audience(StrEnum):
    GUARDIANS = "guardians"  # of all students of the class
    GUARDIANS_OF_CHANGED = "guardians_of_changed"  # of the students who were added or removed
    GUARDIANS_OF_ABSENT = "guardians_of_absent"  # of each absent student, about that student only
    GUARDIANS_OF_MISSED = (
        "guardians_of_missed"  # of each student who counts as absent from a class that was held
    )
    GUARDIANS_OF_ATTENDING = "guardians_of_attending"  # of the students who came
    INSTRUCTOR = "instructor"
    CANDIDATE = "candidate"  # who is asked to teach the class; chosen by the substitution
    FORMER_INSTRUCTOR = "former_instructor"
    MISSING_INSTRUCTOR = (
        "missing_instructor"  # who has not come, and for some kinds has not checked in either
    )


_EVERYBODY = frozenset({Audience.GUARDIANS, Audience.INSTRUCTOR})

_AUDIENCES: dict[NoticeKind, frozenset[Audience]] = {
    NoticeKind.CONFIRMATION: _EVERYBODY,
    NoticeKind.RESCHEDULED: _EVERYBODY,
    NoticeKind.CANCELLED: _EVERYBODY,
    NoticeKind.SUBSTITUTION: frozenset({Audience.GUARDIANS}),
    NoticeKind.SUBSTITUTE_OFFER: frozenset({Audience.CANDIDATE}),
    NoticeKind.ASSIGNED: frozenset({Audience.INSTRUCTOR}),
    NoticeKind.REPLACED: frozenset({Audience.FORMER_INSTRUCTOR}),
    NoticeKind.DELAYED: frozenset({Audience.GUARDIANS}),
    NoticeKind.ADDED: frozenset({Audience.GUARDIANS_OF_CHANGED}),
    NoticeKind.REMOVED: frozenset({Audience.GUARDIANS_OF_CHANGED}),
    NoticeKind.REMINDER: _EVERYBODY,
    NoticeKind.BRIEFING: frozenset({Audience.INSTRUCTOR}),
    NoticeKind.CHECK_IN: frozenset({Audience.MISSING_INSTRUCTOR}),
    NoticeKind.CLASS_WAITS: frozenset({Audience.MISSING_INSTRUCTOR}),
    NoticeKind.ABSENCE: frozenset({Audience.GUARDIANS_OF_ABSENT}),
    NoticeKind.MISSED: frozenset({Audience.GUARDIANS_OF_MISSED}),
    NoticeKind.REVIEW_REQUEST: frozenset({Audience.INSTRUCTOR}),
    NoticeKind.SUMMARY: frozenset({Audience.GUARDIANS_OF_ATTENDING}),
    NoticeKind.CANNOT_COME: frozenset({Audience.INSTRUCTOR}),
    NoticeKind.COMING_AFTER_ALL: frozenset({Audience.INSTRUCTOR}),
}


UNSUBSCRIBABLE = (NoticeKind.REMINDER, NoticeKind.SUMMARY)
"""What families may do without. They are always told of bookings, moves, cancellations and absences."""


def holds_secret(kind: str) -> bool:
    """Whether who has the words could act as the reader: they are kept sealed and shown to nobody."""
    return kind == AccountNoticeKind.SIGN_IN


def audiences(kind: NoticeKind) -> frozenset[Audience]:
    """Who receives notices of a kind."""
    return _AUDIENCES[kind]


WITH_JOIN_LINKS = frozenset(
    {
        NoticeKind.CONFIRMATION,
        NoticeKind.RESCHEDULED,
        NoticeKind.SUBSTITUTION,
        NoticeKind.ASSIGNED,
        NoticeKind.ADDED,
        NoticeKind.REMINDER,
        NoticeKind.BRIEFING,
        NoticeKind.CHECK_IN,
        NoticeKind.CLASS_WAITS,
        NoticeKind.ABSENCE,
    }
)
UNINVITING = frozenset({NoticeKind.REMOVED, NoticeKind.REPLACED})
"""The class goes on without the reader, or with their other children alone."""
WITH_CHECK_IN = frozenset({NoticeKind.BRIEFING, NoticeKind.CHECK_IN})
"""Kinds in which the instructor finds the button "I'll be there"."""
WRITTEN_WHEN_SENT = WITH_JOIN_LINKS | {NoticeKind.MISSED}
"""Kinds that say how a class stands: those with a delivery of their own are written as they are sent."""
_ABOUT_ONE_PERSON = frozenset({NoticeKind.ABSENCE, NoticeKind.MISSED})
_OF_EACH_START = frozenset(
    {
        NoticeKind.REMINDER,
        NoticeKind.BRIEFING,
        NoticeKind.CHECK_IN,
        NoticeKind.CLASS_WAITS,
        NoticeKind.ABSENCE,
        NoticeKind.MISSED,
    }
)


def notice_key(
    subject_id: object,
    kind: AnyNoticeKind,
    recipient_id: object,
    occasion: str,
    starts_at: datetime | None = None,
) -> str:
    """The same message to the same person about the same thing has the same key.

    `starts_at` is the start of the class that it is about: a notice of a kind that is sent for each start names it.
    """
    key = f"{subject_id}:{kind}:{recipient_id}:{occasion}"
    return f"{key}@{starts_at.astimezone(UTC).isoformat()}" if starts_at else key


def occasion_of(key: str) -> str:
    """The occasion in a notice's key."""
    return key.split(":", 3)[3].partition("#")[0].partition("@")[0]


def person_in(key: str) -> str:
    """The participant whom a notice about one person is about, by its key; empty: it names none."""
    return occasion_of(key).partition(" ")[0]


def notice_id(key: str) -> UUID:
    """The id of the notice that has this key: written twice, it is one row."""
    return uuid5(NAMESPACE_URL, f"homeroom:notice:{key}")


def is_about_one_person(kind: NoticeKind) -> bool:
    """Whether the occasion of the notice, where it has one, names the participant that it is about."""
    return kind in _ABOUT_ONE_PERSON


def is_of_each_start(kind: NoticeKind) -> bool:
    """Whether the notice is sent again for the new start of a class that was moved."""
    return kind in _OF_EACH_START


class DeliveryState(StrEnum):
    """How far the delivery of a message has come."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"  # it became outdated before it was sent
