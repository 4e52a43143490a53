"""Tables of plans of a term: the run of the engine, and whom it gives each class."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.scheduling.term_plans import AnswerState, PlanScope, PlanState
from models.base import (
    TenantRow,
    enum_column,
    json_list,
    json_object,
    listed_by,
    referred_within_tenant,
    utc,
    within_tenant,
)


class PlanRun(TenantRow, table=True):
    __tablename__ = "plan_run"
    __table_args__ = (
        referred_within_tenant(),
        listed_by("plan_run", "created_at"),
        sa.Index(
            "ix_plan_run_proposed",
            "organization_id",
            postgresql_where=sa.text("scope = 'changed' and state in ('planning', 'proposed')"),
        ),
    )
    id: UUID = Field(primary_key=True)
    title: str = (
        ""  # the changes that it was proposed after, or its first day; empty: nobody has a case about it
    )
    causes: list[Any] = json_list()  # the changes: [{kind, id, at}]
    starts_at: datetime = utc()  # the classes that start from then
    ends_at: datetime = utc()  # until then
    scope: PlanScope = enum_column(PlanScope)
    most_seconds: int  # that the engine may take
    state: PlanState = enum_column(PlanState, PlanState.PLANNING)
    stop_requested: bool = False  # the best plan so far will do
    progress: dict[str, Any] = (
        json_object()
    )  # {phase, objective, bound, gap, unassigned, seconds} of the engine
    terms: dict[str, Any] = json_object()  # of the plan's objective, by soft rule and `unassigned`
    rules_version: int = 0  # by which it was made; 0: none were published
    problem: str = ""  # why there is no plan
    created_by: str  # an actor
    published_by: str = ""  # an actor
    answer_by: datetime | None = utc(None)  # until when answers count; None: nobody was asked yet
    held_until: datetime | None = utc(
        None
    )  # the plan holds the time of its assignments until then, while proposed
    created_at: datetime = utc()
    finished_at: datetime | None = utc(None)  # when it was published or discarded


class PlanAssignment(TenantRow, table=True):
    """Whom a plan gives a class, which is one of a series that is not booked yet, or a session."""

    __tablename__ = "plan_assignment"
    __table_args__ = (
        within_tenant("plan_run"),
        within_tenant("session"),
        within_tenant("series_occurrence", "occurrence_id"),
        within_tenant("instructor"),
        within_tenant("instructor", "former_instructor_id"),
        sa.Index("ix_plan_assignment_plan_run_id_starts_at", "plan_run_id", "starts_at", "class_id"),
    )
    plan_run_id: UUID = Field(primary_key=True)
    class_id: UUID = Field(primary_key=True)  # of the occurrence or the session
    occurrence_id: UUID | None = None
    session_id: UUID | None = None
    title: str
    starts_at: datetime = utc()
    ends_at: datetime = utc()
    instructor_id: UUID | None = None  # None: nobody was found
    former_instructor_id: UUID | None = None  # who had the class when the plan was made
    reasons: list[Any] = (
        json_list()
    )  # why it was planned anew: rules that its instructor breaks, or kinds of changes
    hold_problem: str = ""  # why its time could not be held, in a sentence
    relaxations: list[Any] = json_list()  # of a class without instructor: [{rules, instructor_ids}]
    published_at: datetime | None = utc(None)
    problem: str = ""  # why it could not be published


class PlanAnswer(TenantRow, table=True):
    """What somebody who is asked before a plan is published says to one class and its instructor."""

    __tablename__ = "plan_answer"
    __table_args__ = (within_tenant("plan_run"), within_tenant("instructor"))
    plan_run_id: UUID = Field(primary_key=True)
    class_id: UUID = Field(primary_key=True)
    instructor_id: UUID = Field(primary_key=True)  # to whom the plan gives the class
    recipient_id: UUID = Field(primary_key=True)
    recipient_kind: str  # instructor, guardian or student
    state: AnswerState = enum_column(AnswerState, AnswerState.ASKED)
    asked_at: datetime = utc()
    answered_at: datetime | None = utc(None)


class ReplanningPosition(TenantRow, table=True):
    """Up to where the change log of an organization was looked through for changes that touch its plans."""

    __tablename__ = "replanning_position"
    organization_id: UUID = Field(foreign_key="organization.id", index=True, primary_key=True)
    xid: int = Field(sa_type=sa.BigInteger)
    seq: int = Field(sa_type=sa.BigInteger)
