"""Tables of sessions (class meetings), their participants, the time they reserve, and their timeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlmodel import Field

from domain.people.roles import Role
from domain.presence.verdicts import AttendanceStatus
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step
from models.base import (
    TenantRow,
    enum_column,
    external_ids_are_unique,
    json_list,
    json_object,
    listed_within,
    referred_within_tenant,
    searched_text,
    utc,
    within_tenant,
)

UNDOCUMENTED = """completeness -> 'missing' @> '["documentation"]'::jsonb"""
"""The condition for classes that were held and have no documentation, as their partial index spells it."""


class Session(TenantRow, table=True):
    __tablename__ = "session"
    __table_args__ = (
        referred_within_tenant(),
        within_tenant("course"),
        within_tenant("instructor"),
        external_ids_are_unique("session"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        listed_within("session", "starts_at"),
        sa.Index("ix_session_id_starts_at", "organization_id", "id", "starts_at"),
        listed_within("session", "created_at"),
        listed_within("session", "state", "starts_at"),
        listed_within("session", "course_id", "starts_at"),
        listed_within("session", "instructor_id", "starts_at"),
        sa.Index(
            "ix_session_undocumented",
            "organization_id",
            "starts_at",
            "id",
            postgresql_where=sa.text(UNDOCUMENTED),
        ),
        searched_text("session", "title"),
        sa.Index("ix_session_region_state", "region", "state"),
    )
    id: UUID = Field(primary_key=True)
    region: str
    course_id: UUID
    instructor_id: UUID
    title: str
    starts_at: datetime = utc()
    ends_at: datetime = utc()
    time_zone: str = "UTC"  # the zone the class is planned in
    policy: dict[str, Any] = json_object()  # the whole SessionPolicy this session runs under
    state: SessionState = enum_column(SessionState, SessionState.SCHEDULED)
    state_changes: int = 0  # number of state changes so far
    moves: int = 0  # how often the class was moved
    people_changes: int = 0  # how often people were added or removed after the booking
    # What happened before belongs to an earlier time of the class; None: it was never moved.
    occurrence_since: datetime | None = utc(None)
    outcome: str | None = None  # held | not_held | cancelled
    cancel_reason: str | None = None  # a code, see domain.sessions.cancellations; None: not cancelled
    locked_at: datetime | None = utc(None)  # when the instructor locked the class; None: it is not locked
    opened_at: datetime | None = utc(None)
    live_at: datetime | None = utc(None)
    ended_at: datetime | None = utc(None)
    signalled: list[Any] = json_list()  # presence milestones that were signalled to the workflow
    closed_at: datetime | None = utc(None)
    whole_course: bool = False  # booked for everybody in the course: who enrols or leaves changes it
    completeness: dict[str, Any] = json_object()  # {have: [...], missing: [...], share: 0..1 | null}
    external_id: str | None = None
    # The rules about its instructor that were set aside for its present time, see domain.scheduling.booking_rules.
    overridden_rules: list[Any] = json_list()
    override_reason: str | None = None  # None: no rule was set aside
    overridden_by: str | None = None  # an actor
    rules_version: int = 0  # of the scheduling rules in force when its instructor was assigned; 0: none
    created_at: datetime = utc()

    @property
    def calendar_changes(self) -> int:
        """How often the entries of the class in calendars were changed since the booking."""
        return self.moves + self.people_changes


class BookingRequest(TenantRow, table=True):
    """What a booking asks for that Temporal must not hold, kept until the class has its row."""

    __tablename__ = "booking_request"
    session_id: UUID = Field(primary_key=True)  # of the class to be
    external_id: str
    created_at: datetime = utc()


class OverrideRequest(TenantRow, table=True):
    """Why a command sets aside the rules about an instructor: free text, which Temporal must not hold."""

    __tablename__ = "override_request"
    id: UUID = Field(primary_key=True)  # named by the command
    reason: str
    # Whether it is given once for all classes of a series.
    of_series: bool = Field(False, sa_column_kwargs={"server_default": sa.false()})
    created_at: datetime = utc()


class SessionTopic(TenantRow, table=True):
    __tablename__ = "session_topic"
    __table_args__ = (
        within_tenant("session"),
        within_tenant("topic"),
    )
    session_id: UUID = Field(primary_key=True)
    topic_id: UUID = Field(primary_key=True)


class Participant(TenantRow, table=True):
    """A person in a session. The id, as text, is the person's LiveKit identity in this session."""

    __table_args__ = (
        referred_within_tenant(),
        within_tenant("session"),
        within_tenant("student"),
        within_tenant("instructor"),
        sa.Index(
            "ix_participant_student_id_session_id",
            "organization_id",
            "student_id",
            "session_id",
            postgresql_where=sa.text("student_id is not null"),
        ),
        sa.Index("uq_participant_join_code_hash", "join_code_hash", unique=True),
        sa.Index(
            "ix_participant_replaced_code_hashes",
            "replaced_code_hashes",
            postgresql_using="gin",
            postgresql_where=sa.text("replaced_code_hashes <> '[]'::jsonb"),
        ),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID = Field(index=True)
    role: Role = enum_column(Role)
    student_id: UUID | None = None
    instructor_id: UUID | None = None
    name: str  # as shown in class
    credentialed_at: datetime | None = utc(None)
    sent_out_at: datetime | None = utc(None)  # of the room, by the instructor or the school
    # Taken out of the class after its room had opened; who is taken out before has no row.
    removed_at: datetime | None = utc(None)
    # The number of times that the join link was renewed; a link that names another number opens nothing.
    link_version: int = 0
    # Connections that were made with a link of an earlier version are put out of the room.
    room_version: int = 0
    join_code_hash: str | None = None  # keyed; None: the short link of this version was never shown
    replaced_code_hashes: list[Any] = json_list()  # of the short links of earlier versions
    cannot_come_at: datetime | None = utc(None)  # when the family said so
    cannot_come_for: datetime | None = utc(None)  # the start of the class that they said it of
    # What the school says instead of the measured attendance; None: it says nothing.
    attendance_status: AttendanceStatus | None = enum_column(AttendanceStatus, None)
    attendance_reason: str | None = None
    attendance_set_by: str | None = None  # an actor
    attendance_set_at: datetime | None = utc(None)
    checked_in_at: datetime | None = utc(None)  # when an instructor confirmed to be there
    checked_in_for: datetime | None = utc(None)  # the start of the class that they confirmed

    @property
    def in_class(self) -> bool:
        return self.removed_at is None

    def is_excused(self, starts_at: datetime) -> bool:
        """Whether the person cannot come to the class at this start; a move asks anew."""
        return self.cannot_come_for == starts_at

    def has_checked_in(self, starts_at: datetime) -> bool:
        """Whether the instructor has confirmed to be there at this start; a move asks anew."""
        return self.checked_in_for == starts_at


class BookedTime(TenantRow, table=True):
    """The time that a class or a hold reserves for a person. Two overlapping rows of one person cannot exist."""

    __tablename__ = "booked_time"
    __table_args__ = (
        within_tenant("session"),
        within_tenant("time_hold", "hold_id", ondelete="CASCADE"),
        ExcludeConstraint(
            (sa.column("organization_id"), "="),
            (sa.column("person_id"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_booked_time_person_during",
        ),
        sa.CheckConstraint("num_nonnulls(session_id, hold_id) = 1", name="class_or_hold"),
        sa.CheckConstraint("(hold_id is null) = (expires_at is null)", name="holds_expire"),
        sa.UniqueConstraint("session_id", "person_id"),
        sa.Index("ix_booked_time_hold_id", "hold_id", postgresql_where=sa.text("hold_id is not null")),
    )
    # Times of a person don't overlap, so these three name a row.
    organization_id: UUID = Field(foreign_key="organization.id", index=True, primary_key=True)
    person_id: UUID = Field(primary_key=True)  # an instructor or a student
    during: Range[datetime] = Field(sa_type=TSTZRANGE, primary_key=True)
    session_id: UUID | None = None
    hold_id: UUID | None = None
    expires_at: datetime | None = utc(None)  # of the hold, after which this reserves nothing; None: a class's


class TimelineRow(TenantRow, table=True):
    """The workflow's timeline for pages and the API. `occasion` distinguishes repetitions of a step."""

    __tablename__ = "timeline"
    __table_args__ = (within_tenant("session"),)
    session_id: UUID = Field(primary_key=True)
    step: Step = enum_column(Step, primary_key=True)
    occasion: str = Field("", primary_key=True)
    position: int
    outcome: Outcome = enum_column(Outcome)
    planned_at: datetime | None = utc(None)
    started_at: datetime | None = utc(None)
    finished_at: datetime | None = utc(None)
    note: str = ""
    revision: int = 0
