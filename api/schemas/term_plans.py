"""Response bodies of plans of a term."""

from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.scheduling.term_plans import AnswerState, ChangeKind, PlanScope, PlanState
from models.term_plan import PlanAnswer, PlanAssignment, PlanRun
from services.inputs.fields import Schema


class PlanCauseOut(Schema):
    kind: ChangeKind
    id: UUID = Field(description="Of the instructor, course, series or rules that changed.")
    at: AwareDatetime


class PlanRunOut(Schema):
    id: UUID
    title: str = Field(
        description="The changes after which Homeroom proposes the plan, or its first day; may be empty."
    )
    causes: list[PlanCauseOut] = Field(description="These changes; empty: somebody asked for the plan.")
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    scope: PlanScope
    most_seconds: int
    state: PlanState
    progress: dict[str, Any] = Field(
        description="Of the engine: `phase`, `objective`, `bound`, `gap` (how much better a plan could be at most, as "
        "a share), `unassigned`, `seconds`. Once proposed, `held` and `not_held`: assignments whose time is kept until "
        "the plan is published, and those whose time something else takes."
    )
    terms: dict[str, float] = Field(description="Of the plan's objective, by soft rule and `unassigned`.")
    rules_version: int = Field(description="Version of the rules; 0: none were published.")
    problem: str = Field(description="Why there is no plan; empty: there is, or will be.")
    answer_by: AwareDatetime | None = Field(
        description="Until when answers of those who are asked count; null: nobody was asked."
    )
    held_until: AwareDatetime | None = Field(
        description="Until then a proposed plan holds the time of its assignments."
    )
    created_at: AwareDatetime
    finished_at: AwareDatetime | None
    workflow_url: str

    @classmethod
    def of(cls, row: PlanRun, workflow_url: str) -> Self:
        own = {
            name: getattr(row, name) for name in cls.model_fields if name not in ("workflow_url", "causes")
        }
        causes = [{name: one[name] for name in PlanCauseOut.model_fields} for one in row.causes]
        return cls.model_validate(own | {"causes": causes, "workflow_url": workflow_url})


class PlanAnswerOut(Schema):
    class_id: UUID
    instructor_id: UUID = Field(description="To whom the plan gives the class.")
    recipient_kind: str = Field(description="`instructor`, `guardian` or `student`.")
    recipient_id: UUID
    state: AnswerState
    asked_at: AwareDatetime
    answered_at: AwareDatetime | None

    @classmethod
    def of(cls, row: PlanAnswer) -> Self:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class RelaxationOut(Schema):
    rules: list[str] = Field(description="Set aside together, they would let somebody teach the class.")
    instructor_ids: list[UUID] = Field(description="Who could teach it then, at most 20.")


class PlanAssignmentOut(Schema):
    class_id: UUID = Field(description="Of the session, or of the class of a series that is not booked yet.")
    occurrence_id: UUID | None
    session_id: UUID | None
    title: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    instructor_id: UUID | None = Field(description="Null: nobody was found.")
    former_instructor_id: UUID | None = Field(description="Who had the class when the plan was made.")
    reasons: list[str] = Field(
        description="Why the class was planned anew: rules that the former instructor breaks, or kinds of changes."
    )
    relaxations: list[RelaxationOut] = Field(description="Why nobody was found: what would have to give way.")
    hold_problem: str = Field(
        description="Why its time could not be held; empty: it is held, or needs no hold."
    )
    published_at: AwareDatetime | None
    problem: str = Field(description="Why it could not be published.")

    @classmethod
    def of(cls, row: PlanAssignment) -> Self:
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})
