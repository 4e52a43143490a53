"""Response bodies of series of classes."""

from collections.abc import Sequence
from datetime import date
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.scheduling.rosters import RosterChange
from domain.scheduling.series_changes import OccurrenceState, SeriesState
from models.repositories.series import Progress
from models.series import Series, SeriesOccurrence
from models.session import Session
from services.inputs.fields import Schema, WallTime
from services.series import PlannedClass, SeriesDifference
from services.series_expansion import holding


class PlannedClassOut(Schema):
    scheduled: WallTime = Field(description="Wall time in the time zone of the series.")
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    conflicts: list[str] = Field(description="Why it could not be booked; empty: nothing is in the way.")
    closed: str = Field(description="Name of the closure on whose days it is skipped; empty: it is not.")

    @classmethod
    def of(cls, one: PlannedClass) -> Self:
        return cls(
            scheduled=one.scheduled,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            conflicts=list(one.conflicts),
            closed=one.closed,
        )


class SeriesPreviewOut(Schema):
    classes: list[PlannedClassOut]
    conflicts: int = Field(description="How many of the classes could not be booked.")
    closed: int = Field(description="How many of the classes are skipped, since they fall on closed days.")

    @classmethod
    def of(cls, planned: Sequence[PlannedClass]) -> Self:
        return cls(
            classes=[PlannedClassOut.of(one) for one in planned],
            conflicts=sum(bool(one.conflicts) for one in planned),
            closed=sum(bool(one.closed) for one in planned),
        )


class MovedClassOut(Schema):
    starts_at: AwareDatetime = Field(description="The start as it is.")
    becomes: PlannedClassOut


class SeriesDifferenceOut(Schema):
    moved: list[MovedClassOut]
    added: list[PlannedClassOut]
    removed: list[AwareDatetime] = Field(description="Starts of the classes that are cancelled.")
    other_instructor: list[AwareDatetime] = Field(
        description="Starts of the classes that keep their time and get another instructor."
    )
    other_students: list[PlannedClassOut] = Field(
        description="Classes that keep their time and get other students, with the conflicts of those who join."
    )
    same: int = Field(description="How many classes from that day on stay as they are.")

    @classmethod
    def of(cls, found: SeriesDifference) -> Self:
        return cls(
            moved=[
                MovedClassOut(starts_at=one.starts_at, becomes=PlannedClassOut.of(one.becomes))
                for one in found.moved
            ],
            added=[PlannedClassOut.of(one) for one in found.added],
            removed=list(found.removed),
            other_instructor=list(found.other_instructor),
            other_students=[PlannedClassOut.of(one) for one in found.other_students],
            same=found.same,
        )


class SeriesEndOut(Schema):
    cancelled: list[AwareDatetime] = Field(description="Starts of the classes that are cancelled.")


class RosterChangeOut(Schema):
    from_day: date = Field(description="Classes that are planned for this day or later.")
    added: list[UUID]
    removed: list[UUID]

    @classmethod
    def of(cls, change: RosterChange) -> Self:
        return cls(from_day=change.from_day, added=list(change.added), removed=list(change.removed))


class SeriesOut(Schema):
    id: UUID
    course_id: UUID
    title: str
    time_zone: str
    first_start: WallTime = Field(
        description="Wall time of the first class to which the recurrence rule applies."
    )
    minutes: int
    recurrence: str
    instructor_id: UUID | None
    student_ids: list[UUID] | None = Field(
        description="Of the last classes; null: everybody enrolled when each class is booked."
    )
    roster_changes: list[RosterChangeOut] = Field(description="In the order made.")
    state: SeriesState
    booked: int
    planned: int
    refused: int
    closed: int = Field(description="Classes to come that are skipped, since they fall on closed days.")
    to_change: int = Field(description="Classes that a change of the series has not reached yet.")
    version: int
    created_at: AwareDatetime
    updated_at: AwareDatetime | None
    workflow_url: str

    @classmethod
    def of(cls, row: Series, progress: Progress, workflow_url: str) -> Self:
        return cls(
            id=row.id,
            course_id=row.course_id,
            title=row.title,
            time_zone=row.time_zone,
            first_start=row.first_start,
            minutes=row.minutes,
            recurrence=row.recurrence,
            instructor_id=row.instructor_id,
            student_ids=None if row.whole_course else row.roster_on(date.max),
            roster_changes=[RosterChangeOut.of(one) for one in row.changes_of_roster],
            state=row.state,
            booked=progress.booked,
            planned=progress.planned,
            refused=progress.refused,
            closed=progress.closed,
            to_change=progress.pending,
            version=row.version,
            created_at=row.created_at,
            updated_at=row.updated_at,
            workflow_url=workflow_url,
        )


class SeriesClassOut(Schema):
    id: UUID
    scheduled: WallTime = Field(description="The wall time that the series gives it.")
    starts_at: AwareDatetime = Field(description="As it is booked, or else planned.")
    ends_at: AwareDatetime
    state: OccurrenceState
    instructor_id: UUID | None
    session_id: UUID | None = Field(description="The class; null: it is not booked yet.")
    problem_code: str = Field(description="The code of the last refusal; empty: there is none.")
    problem: str
    tried_at: AwareDatetime | None

    @classmethod
    def of(cls, one: SeriesOccurrence, session: Session | None) -> Self:
        times = holding(one, session)
        return cls(
            id=one.id,
            scheduled=one.scheduled,
            starts_at=times.starts_at,
            ends_at=times.ends_at,
            state=OccurrenceState.CANCELLED if session and session.outcome == "cancelled" else one.state,
            instructor_id=session.instructor_id if session else one.instructor_id,
            session_id=one.session_id,
            problem_code=one.problem_code,
            problem=one.problem,
            tried_at=one.tried_at,
        )


class TriedAgainOut(Schema):
    tried: int = Field(description="Classes that are tried again now.")
