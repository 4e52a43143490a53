"""Tables of substitutions: the search for another instructor of a class, and its offers; when instructors can teach."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.scheduling.offers import OfferState, SubstitutionState
from models.base import (
    TenantRow,
    enum_column,
    json_list,
    json_object,
    referred_within_tenant,
    utc,
    within_tenant,
)


class InstructorAvailability(TenantRow, table=True):
    """When and how much an instructor can teach; who has no row can teach at any hour."""

    __tablename__ = "instructor_availability"
    __table_args__ = (within_tenant("instructor"), within_tenant("alert_channel"))
    instructor_id: UUID = Field(primary_key=True)
    weekly: list[Any] = json_list()  # {weekday: 0 for Monday, start, end}, wall time in the instructor's zone
    days: list[Any] = json_list()  # {day, hours: [{start, end}]}: in place of the weekly hours on that day
    preferred: list[Any] = json_list()  # as `weekly`: the hours they like best; empty: no preference
    leave: list[Any] = json_list()  # {starts_at, ends_at, reason}
    buffer_minutes: int = 0  # between two classes
    most_hours_per_day: float | None = None  # of teaching; None: no limit
    most_hours_per_week: float | None = None
    target_hours_per_week: float | None = None  # that they are to teach; None: the organization's
    # Hours of teaching in a week up to which they take open classes; None: they accept no extra hours.
    extra_hours_up_to: float | None = None
    hourly_cost: float | None = None  # in the organization's currency; None: not known
    alert_channel_id: UUID | None = None  # offers to teach are told to it as well
    updated_at: datetime = utc()


class Substitution(TenantRow, table=True):
    """The search for somebody who teaches a class in place of its instructor. A class has one at a time."""

    __table_args__ = (
        referred_within_tenant(),
        within_tenant("session"),
        within_tenant("instructor", "absent_instructor_id"),
        within_tenant("instructor", "accepted_by_id"),
        within_tenant("instructor", "wanted_instructor_id"),
        sa.UniqueConstraint("session_id", "number"),
        sa.Index(
            "uq_substitution_searching",
            "session_id",
            unique=True,
            postgresql_where=sa.text("state = 'searching'"),
        ),
    )
    id: UUID = Field(primary_key=True)
    session_id: UUID
    number: int  # of the request, which the class's workflow counts
    starts_at: datetime = utc()  # of the class when it was requested; a move ends the search
    absent_instructor_id: UUID
    reason: str  # a code, see domain.scheduling.offers
    requested_by: str = ""  # an actor; empty: Homeroom itself
    wanted_instructor_id: UUID | None = None  # the only person who is asked; None: by the ranking
    broadcast: bool = False  # all candidates are asked at once
    policy: dict[str, Any] = json_object()  # the whole SubstitutionPolicy that it follows
    rules_version: int = 0  # of the scheduling rules that ordered its offers; 0: none were published
    state: SubstitutionState = enum_column(SubstitutionState, SubstitutionState.SEARCHING)
    accepted_by_id: UUID | None = None
    created_at: datetime = utc()
    ended_at: datetime | None = utc(None)


class SubstitutionOffer(TenantRow, table=True):
    """One instructor is asked to teach the class."""

    __tablename__ = "substitution_offer"
    __table_args__ = (
        within_tenant("substitution"),
        within_tenant("instructor"),
        sa.UniqueConstraint("substitution_id", "instructor_id"),
    )
    id: UUID = Field(primary_key=True)
    substitution_id: UUID
    instructor_id: UUID = Field(index=True)
    position: int  # in the order of asking, from 1
    score: float = 0.0
    terms: dict[str, Any] = json_object()  # of the score, by name
    state: OfferState = enum_column(OfferState, OfferState.OFFERED)
    sent_at: datetime = utc()
    expires_at: datetime = utc()
    answered_at: datetime | None = utc(None)
