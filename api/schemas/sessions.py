"""Response bodies of sessions, their timeline and join links."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.people.roles import Role
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step
from models.session import Session, TimelineRow
from services.inputs.fields import Schema


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
    cancel_reason: str | None = Field(
        description="The code of the reason; null unless the class is cancelled."
    )
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
    not_told: list[UUID] = Field(
        description="Students whom no message reaches: they have no guardian and no address of their own."
    )
    workflow_url: str


class AddedOut(Schema):
    participant_ids: list[UUID] = Field(
        description="The participants who are new in the class; empty if everybody was in it already."
    )


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
    short_url: str = Field(
        description="Leads to `url`, and is short enough to be read out: `…/j/abc-defg-hij`. Valid as long."
    )
