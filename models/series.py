"""Tables of series of classes, and of the classes that each has."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.scheduling.rosters import RosterChange, roster_on
from domain.scheduling.series_changes import OccurrenceState, SeriesState
from models.base import (
    TenantRow,
    enum_column,
    json_list,
    listed_by,
    referred_within_tenant,
    utc,
    within_tenant,
)


def wall_time() -> Any:
    """A wall time without an offset; the zone is beside it."""
    return Field(sa_type=sa.DateTime)


class Series(TenantRow, table=True):
    """A course's classes at a wall time that recurs. Changed from a day on, the row says what holds from then on."""

    __table_args__ = (
        referred_within_tenant(),
        within_tenant("course"),
        within_tenant("instructor"),
        listed_by("series", "created_at"),
        sa.Index("ix_series_course_id", "course_id"),
    )
    id: UUID = Field(primary_key=True)
    course_id: UUID
    title: str
    time_zone: str
    first_start: datetime = wall_time()  # the first class from which the present rule counts
    minutes: int
    recurrence: str  # as iCalendar writes it
    instructor_id: UUID | None = None  # of classes that are added; None: one is to be found for each
    student_ids: list[Any] = json_list()
    whole_course: bool = False  # everybody enrolled at the booking of each class, in place of `student_ids`
    # [{"from_day": …, "added": [ids], "removed": [ids]}] in the order made, on top of `student_ids`.
    roster_changes: list[Any] = json_list()
    override_reason: str | None = None  # why rules about the instructor are set aside for each class
    state: SeriesState = enum_column(SeriesState, SeriesState.RUNNING)
    created_by: str  # an actor, in whose name the classes are booked
    version: int = 1
    created_at: datetime = utc()
    updated_at: datetime | None = utc(None)

    @property
    def changes_of_roster(self) -> list[RosterChange]:
        """In the order made."""
        return [
            RosterChange(
                date.fromisoformat(one["from_day"]),
                tuple(UUID(key) for key in one["added"]),
                tuple(UUID(key) for key in one["removed"]),
            )
            for one in self.roster_changes
        ]

    def roster_on(self, day: date) -> list[UUID]:
        """The students whom the series names for the class of a day; none where it is for everybody enrolled."""
        return roster_on((UUID(key) for key in self.student_ids), self.changes_of_roster, day)


class SeriesOccurrence(TenantRow, table=True):
    """One class of a series. Its start and end are those that the series wants; its session may be elsewhere."""

    __tablename__ = "series_occurrence"
    __table_args__ = (
        referred_within_tenant(),
        within_tenant("series"),
        within_tenant("session"),
        within_tenant("instructor"),
        sa.Index("ix_series_occurrence_series_id_scheduled", "series_id", "scheduled"),
        sa.Index("ix_series_occurrence_session_id", "session_id"),
        sa.Index(
            "ix_series_occurrence_open",
            "series_id",
            "starts_at",
            postgresql_where=sa.text("pending or state in ('planned', 'refused')"),
        ),
    )
    id: UUID = Field(primary_key=True)
    series_id: UUID
    scheduled: datetime = wall_time()  # its name in the series, which stays when it is moved on its own
    starts_at: datetime = utc()
    ends_at: datetime = utc()
    instructor_id: UUID | None = None
    state: OccurrenceState = enum_column(OccurrenceState, OccurrenceState.PLANNED)
    pending: bool = False  # its session is still to be brought to what this row says
    alone: bool = False  # moved or cancelled on its own: changes of the series leave it as it is
    cancel_reason: str = ""  # a code
    session_id: UUID | None = None  # None: it was not booked yet
    roster_changes_made: int = 0  # how many of the series' its session has
    attempts: int = 0  # bookings that were refused
    problem_code: str = ""  # of the last refusal
    problem: str = ""  # the last refusal in a sentence, with names
    tried_at: datetime | None = utc(None)
