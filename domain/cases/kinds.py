"""The kinds of exception cases, and the table that routes each to an owner with severity and due time."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class ExceptionKind(StrEnum):
    STEP_FAILED = "step_failed"  # a step of the session exhausted its retries
    INSTRUCTOR_ABSENT = "instructor_absent"
    STUDENT_ABSENT = "student_absent"
    RECORDING_MISSING = "recording_missing"  # somebody is in the room and nothing is recorded
    RECORDING_GAP = "recording_gap"  # a span of the class was not recorded
    RECORDING_AT_RISK = "recording_at_risk"  # audio waits on a worker: the store or the disk does not take it
    RECORDING_LATE = "recording_late"  # audio came into the store after the class was documented without it
    TRANSCRIPT_INCOMPLETE = "transcript_incomplete"
    DOCUMENTATION_OVERDUE = "documentation_overdue"
    NOTICE_UNDELIVERABLE = "notice_undeliverable"
    ROOM_LOST = "room_lost"  # the media server forgot the room of a running class
    WEBHOOK_GAP = "webhook_gap"  # the room watch found events that LiveKit's webhooks should have reported
    SUBSTITUTION_REQUESTED = "substitution_requested"


class Severity(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"  # a running class is affected


class Owner(StrEnum):
    OPS = "ops"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


@dataclass(frozen=True)
class Route:
    """How severe a case is, who owns it, and how soon after opening it is due."""

    severity: Severity
    owner: Owner
    due_within: timedelta


def _minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


_ROUTES: dict[ExceptionKind, Route] = {
    ExceptionKind.STEP_FAILED: Route(Severity.HIGH, Owner.OPS, _minutes(30)),
    ExceptionKind.INSTRUCTOR_ABSENT: Route(Severity.CRITICAL, Owner.OPS, _minutes(5)),
    ExceptionKind.STUDENT_ABSENT: Route(Severity.NORMAL, Owner.OPS, _minutes(60)),
    ExceptionKind.RECORDING_MISSING: Route(Severity.CRITICAL, Owner.OPS, _minutes(2)),
    ExceptionKind.RECORDING_GAP: Route(Severity.NORMAL, Owner.OPS, timedelta(hours=24)),
    ExceptionKind.RECORDING_AT_RISK: Route(Severity.HIGH, Owner.OPS, _minutes(10)),
    ExceptionKind.RECORDING_LATE: Route(Severity.NORMAL, Owner.OPS, timedelta(hours=24)),
    ExceptionKind.TRANSCRIPT_INCOMPLETE: Route(Severity.NORMAL, Owner.OPS, timedelta(hours=24)),
    ExceptionKind.DOCUMENTATION_OVERDUE: Route(Severity.NORMAL, Owner.INSTRUCTOR, timedelta(hours=24)),
    ExceptionKind.NOTICE_UNDELIVERABLE: Route(Severity.NORMAL, Owner.OPS, timedelta(hours=24)),
    ExceptionKind.ROOM_LOST: Route(Severity.CRITICAL, Owner.OPS, _minutes(2)),
    ExceptionKind.WEBHOOK_GAP: Route(Severity.NORMAL, Owner.OPS, _minutes(60)),
    ExceptionKind.SUBSTITUTION_REQUESTED: Route(Severity.HIGH, Owner.OPS, _minutes(15)),
}


def route(kind: ExceptionKind) -> Route:
    """The routing of a kind."""
    return _ROUTES[kind]
