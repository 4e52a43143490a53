"""Bodies of classes that look for an instructor, and of calls for volunteers."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.scheduling.volunteers import Audience, CallState
from models.repositories.open_classes import OpenClassKind, OpenClassRow
from models.repositories.volunteer_calls import CallRow
from services.inputs.fields import Schema


class OpenClassOut(Schema):
    id: UUID
    kind: OpenClassKind = Field(
        description="`call`: open to volunteers. `search`: a substitute is sought. `series`: of a series for which "
        "nobody was found."
    )
    session_id: UUID | None = Field(description="Null: of a series, and not booked yet.")
    series_id: UUID | None
    course_id: UUID
    title: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    instructor_id: UUID | None = Field(description="Who has it until somebody takes it.")
    audience: Audience = Field(description="`course`: only for colleagues who have classes in the course.")
    note: str

    @classmethod
    def of(cls, row: OpenClassRow) -> Self:
        return cls(
            id=row.key,
            kind=row.kind,
            session_id=row.session_id if row.is_booked else None,
            series_id=None if row.is_booked else row.series_id,
            course_id=row.course_id,
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            instructor_id=row.instructor_id,
            audience=row.audience,
            note=row.note,
        )


class OpenClassTaken(Schema):
    kind: OpenClassKind
    instructor_id: UUID | None = Field(
        None, description="Who takes it. Instructors leave it out; to name somebody needs `sessions:write`."
    )


class VolunteerCallOut(Schema):
    id: UUID
    session_id: UUID
    starts_at: AwareDatetime = Field(description="Of the class when it was opened.")
    instructor_id: UUID = Field(description="Who has the class until somebody takes it.")
    audience: Audience
    note: str
    state: CallState = Field(
        description="`ended`: its room has opened. `outdated`: it was moved, cancelled or changed hands meanwhile."
    )
    told_ids: list[UUID] = Field(description="The instructors who were told by mail.")
    taken_by_id: UUID | None
    opened_by: str
    created_at: AwareDatetime
    ended_at: AwareDatetime | None

    @classmethod
    def of(cls, row: CallRow, now: AwareDatetime) -> Self:
        own = {name: getattr(row.call, name) for name in cls.model_fields}
        return cls(**own | {"state": row.state(now)})
