"""Activities on the session's row: booking, moving, cancelling, writing its progress."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from temporalio import activity

from domain.sessions.policies import SessionPolicy
from workflows.contracts.common import SessionRef, StepInput


@dataclass(frozen=True)
class BookInput:
    session: SessionRef
    region: str
    course_id: UUID
    topic_ids: tuple[UUID, ...]
    instructor_id: UUID
    student_ids: tuple[UUID, ...]
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    policy: SessionPolicy
    now: datetime
    external_id: str | None = None  # of bookings from before it was kept in the database
    whole_course: bool = False
    by: str = ""  # an actor of the change log
    override: UUID | None = None  # names the reason for setting aside the rules about the instructor
    hold: UUID | None = None  # whose time the class takes over


@dataclass(frozen=True)
class BookResult:
    participants: int


@dataclass(frozen=True)
class MoveInput(StepInput):
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    # How often the class was moved, this move included; None: only its length changes, and it goes on as it is.
    moves: int | None = None
    by: str = ""  # an actor of the change log
    override: UUID | None = None  # as in BookInput
    instructor_id: UUID | None = None  # who teaches it from then on; None: who has it


@dataclass(frozen=True)
class CancelInput(StepInput):
    reason: str = ""  # a code
    by: str = ""  # an actor of the change log


@dataclass(frozen=True)
class AddPeopleInput(StepInput):
    student_ids: tuple[UUID, ...] = ()
    has_room: bool = False
    by: str = ""  # an actor of the change log
    override: UUID | None = None  # as in BookInput
    update_id: str = ""  # of the workflow's update, whose attempts all return what the first has changed


@dataclass(frozen=True)
class RemovePeopleInput(StepInput):
    participant_ids: tuple[UUID, ...] = ()
    has_room: bool = False
    by: str = ""
    update_id: str = ""  # as in AddPeopleInput


@dataclass(frozen=True)
class PeopleResult:
    """Only those whose place in the class has changed."""

    participant_ids: tuple[UUID, ...] = ()
    student_ids: tuple[UUID, ...] = ()


class Sessions:
    @activity.defn(name="book_session")
    async def book(self, booking: BookInput) -> BookResult:
        """Write the session, its participants and the time it reserves. Booking the same id again changes nothing.

        Fails with booking-in-past, unknown-reference, double-booked, instructor-unavailable or hold-ended, and then
        writes nothing.
        """
        raise NotImplementedError

    @activity.defn(name="move_session")
    async def move(self, move: MoveInput) -> None:
        """Change start and end. Fails with double-booked or instructor-unavailable, and then changes nothing.

        A move begins a new occurrence of the class: what happened in its room so far is no evidence for it.
        """
        raise NotImplementedError

    @activity.defn(name="cancel_session")
    async def cancel(self, cancel: CancelInput) -> None:
        """Mark the session as cancelled and release the time it reserved."""
        raise NotImplementedError

    @activity.defn(name="add_people")
    async def add_people(self, added: AddPeopleInput) -> PeopleResult:
        """Add students to a class, and reserve their time. Who is in it already stays as they are.

        Fails with unknown-reference, double-booked, instructor-unavailable or transition-refused, and then adds nobody.
        """
        raise NotImplementedError

    @activity.defn(name="remove_people")
    async def remove_people(self, removed: RemovePeopleInput) -> PeopleResult:
        """Take students and guests out of a class, and release their time. Who is out already stays so.

        Fails with conflict where no student would be left, and then removes nobody.
        """
        raise NotImplementedError

    @activity.defn(name="record_progress")
    async def record_progress(self, step: StepInput) -> None:
        """Write the session's state and timeline for pages and the API."""
        raise NotImplementedError
