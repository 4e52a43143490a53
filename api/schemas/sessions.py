"""Sessions and their commands."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.schemas.common import Ids, Moment, Name, Schema, Text, TimeZone
from api.schemas.people import ExternalId
from domain.documentation import Statement
from domain.roles import Role
from domain.sessions import SessionState
from domain.timeline import Outcome, Step
from models.session import Session, TimelineRow


class NewSession(Schema):
    course_id: UUID
    instructor_id: UUID
    starts_at: Moment
    ends_at: Moment
    student_ids: Ids | None = Field(None, max_length=500, description="Left out: everybody enrolled.")
    topic_ids: Ids = Field(default_factory=list, max_length=50)
    time_zone: TimeZone | None = Field(
        None, description="Zone the class is planned in; the organization's by default."
    )
    external_id: ExternalId | None = None


class SessionOut(Schema):
    id: UUID
    title: str
    course_id: UUID
    instructor_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    time_zone: str
    state: SessionState
    outcome: str | None
    live_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    completeness: dict[str, object]
    external_id: str | None
    created_at: AwareDatetime
    workflow_url: str

    @classmethod
    def of(cls, row: Session, workflow_url: str) -> Self:
        own = {name: getattr(row, name) for name in cls.model_fields if name != "workflow_url"}
        return cls(**own, workflow_url=workflow_url)


class BookedOut(Schema):
    id: UUID
    participants: int
    workflow_url: str


class Move(Schema):
    starts_at: Moment
    ends_at: Moment


class NewEnd(Schema):
    ends_at: Moment


class Reason(Schema):
    reason: str = Field("unspecified", pattern="^[a-z0-9_]{1,40}$", description="A code, no free text.")


class SubstituteIn(Schema):
    instructor_id: UUID | None = Field(None, description="Left out: whoever fits best.")


class TimelineOut(Schema):
    step: Step
    occasion: str
    outcome: Outcome
    planned_at: AwareDatetime | None
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    note: str

    @classmethod
    def of(cls, row: TimelineRow) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class JoinLinkOut(Schema):
    participant_id: UUID
    role: Role
    name: str
    url: str


_MOST_REVISIONS = 1_000_000
Revision = Annotated[int, Field(ge=1, le=_MOST_REVISIONS)]


class RevisionIn(Schema):
    statements: list[Statement] = Field(max_length=200)
    based_on: int = Field(ge=0, le=_MOST_REVISIONS, description="The revision the change was made from.")
    reason: Text = Field("", max_length=1000)


class Decision(Schema):
    revision: Revision


class ChangesWanted(Decision):
    reason: Text = Field(min_length=1, max_length=1000)


class NewGuest(Schema):
    name: Name
