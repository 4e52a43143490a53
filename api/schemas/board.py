"""Response bodies of the live board."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.cases.kinds import Severity
from domain.people.roles import Role
from domain.sessions.acts import Act
from domain.sessions.board import BoardParticipant, Group, Recording, SessionRow
from domain.sessions.headline import Level, Reason
from domain.sessions.states import SessionState
from services.inputs.fields import Schema


class PersonOnBoard(Schema):
    id: UUID
    name: str
    role: Role
    present: bool
    quality: str | None
    excused: bool = Field(description="The family said that the person cannot come.")
    checked_in: bool = Field(description="The instructor confirmed to be there.")

    @classmethod
    def of(cls, person: BoardParticipant) -> "PersonOnBoard":
        return cls(**vars(person))


class OpenCaseOut(Schema):
    id: UUID
    kind: str
    severity: Severity
    owner: str
    due_at: AwareDatetime


class HeadlineOut(Schema):
    text: str
    level: Level = Field(description="`act`: somebody has to do something now; `watch`; `plain`: as planned.")
    act: Act | None = Field(description="What helps most; null if nothing can be done from the board.")
    case_id: UUID | None = Field(description="The exception that it speaks of.")


class BoardRow(Schema):
    """A session on the board. `lag_seconds` is how far the transcript is behind at the moment of the response."""

    id: UUID
    title: str
    course: str
    course_id: UUID
    instructor_id: UUID
    instructor: str = Field(description="The name of who is booked to teach.")
    region: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    time_zone: str
    state: SessionState
    group: Group
    headline: HeadlineOut = Field(description="The one thing that matters about the class now.")
    people: list[PersonOnBoard]
    present: int
    expected: int
    recording: Recording
    quality: str | None
    lag_seconds: float | None
    lag_grows: bool
    cases: list[OpenCaseOut]
    severity: Severity | None
    attention: list[Reason]
    changes_at: AwareDatetime | None

    @classmethod
    def of(cls, row: SessionRow) -> "BoardRow":
        people = [PersonOnBoard.of(person) for person in row.people]
        cases = [OpenCaseOut(**vars(case)) for case in row.cases]
        headline = HeadlineOut(**vars(row.headline))
        nested = {"people": people, "cases": cases, "headline": headline, "attention": list(row.attention)}
        return cls(**vars(row) | nested)
