"""The messages of the ClassSession workflow: its input and result, its updates and its signals."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.sessions.policies import SessionPolicy
from workflows.contracts.common import SessionRef


@dataclass(frozen=True)
class ClassSessionInput:
    session: SessionRef
    region: str
    late: "LateRecord | None" = None  # of a class that was closed without a draft; None: it is to be booked


@dataclass(frozen=True)
class ClassSessionResult:
    state: str
    outcome: str  # held | not_held | cancelled | rejected
    complete: float  # share of the parts its record should have, 0 to 1


@dataclass(frozen=True)
class Booking:
    course_id: UUID
    instructor_id: UUID
    student_ids: tuple[UUID, ...]
    starts_at: datetime
    ends_at: datetime
    topic_ids: tuple[UUID, ...] = ()
    time_zone: str = "UTC"
    policy: SessionPolicy = field(default_factory=SessionPolicy)
    external_id: str | None = None  # of bookings from before it was kept in the database
    whole_course: bool = False  # who enrols in the course or leaves it later changes the class
    by: str = ""  # id of a person or key
    override: UUID | None = None  # names the reason for setting aside the rules about the instructor
    hold: UUID | None = None  # whose time the class takes over
    act: UUID | None = None  # the act on many classes that it is a part of; None: it is told of by itself


@dataclass(frozen=True)
class LateRecord:
    """Where the record of a class stands that was closed without a draft, and has a transcript now.

    The counts go on in the run that documents it, so that what it writes is newer than what is written.
    """

    booking: Booking
    live_since: datetime
    ended_at: datetime | None
    state_changes: int
    timeline_revision: int  # the highest of the entries that are written
    reports: int  # of cases


@dataclass(frozen=True)
class Booked:
    session_id: UUID
    participants: int


@dataclass(frozen=True)
class Reschedule:
    starts_at: datetime
    ends_at: datetime
    by: str = ""
    override: UUID | None = None  # as in Booking
    instructor_id: UUID | None = None  # who teaches it from then on; None: who has it
    # How often the class was moved when the caller looked; None: whatever came between.
    moves: int | None = None
    act: UUID | None = None  # as in Booking


@dataclass(frozen=True)
class Extend:
    ends_at: datetime
    by: str = ""


@dataclass(frozen=True)
class Cancel:
    reason: str = "unspecified"  # a code
    by: str = ""  # id of a person or key
    act: UUID | None = None  # as in Booking


@dataclass(frozen=True)
class EndClass:
    by: str = ""


@dataclass(frozen=True)
class Reopen:
    """The class goes on to this new end."""

    ends_at: datetime
    by: str = ""


@dataclass(frozen=True)
class Approve:
    revision: int
    by: str


@dataclass(frozen=True)
class RequestChanges:
    """The reason is written to the documentation row: its text must not enter the history."""

    revision: int
    by: str


@dataclass(frozen=True)
class Substitute:
    """Find another instructor. Who is named is the only one who is asked."""

    instructor_id: UUID | None = None  # None: by the ranking
    by: str = ""
    reason: str = ""  # a code
    broadcast: bool = False  # all who could teach the class are asked at once


@dataclass(frozen=True)
class InstructorChanged:
    """Somebody else teaches the class: the database says so already."""

    instructor_id: UUID


@dataclass(frozen=True)
class AddPeople:
    student_ids: tuple[UUID, ...]
    by: str = ""
    tell: bool = True  # their guardians; False: whoever sends this tells them
    override: UUID | None = None  # names the reason for setting aside the hours of the students
    act: UUID | None = None  # as in Booking


@dataclass(frozen=True)
class RemovePeople:
    participant_ids: tuple[UUID, ...]  # students and guests
    by: str = ""
    tell: bool = True
    act: UUID | None = None  # as in Booking


@dataclass(frozen=True)
class PeopleChanged:
    """Who was added or removed by the command; those whom it found as they should be are not among them."""

    participant_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class PresenceSignal:
    """Who is in the room, sent at milestones only."""

    at: datetime  # when its newest event happened; older signals are ignored
    in_room: int
    # Not before the planned start, which counts for an instructor who waits for it in the room.
    first_instructor_at: datetime | None
    empty_since: datetime | None
    moves: int | None = None  # of the class when this was its room; None: from a watch that does not know it


@dataclass(frozen=True)
class RecordingSignal:
    recording: bool
