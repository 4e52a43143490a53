"""Inputs of plans of a term: what starts one, and what somebody who is asked says."""

from uuid import UUID

from pydantic import Field

from domain.scheduling.term_plans import PlanScope
from services.inputs.fields import Day, Ids, Schema


class NewPlanRun(Schema):
    first_day: Day = Field(description="In the organization's time zone.")
    last_day: Day = Field(description="At most 26 weeks after the first.")
    scope: PlanScope = Field(
        PlanScope.UNASSIGNED,
        description="`unassigned`: classes of series without instructor. `touched`: those, and booked classes whose "
        "instructor breaks a rule by now. `changed`: only classes, booked or not, whose instructor breaks a rule by "
        "now. `all`: every class, as close as possible to what stands.",
    )
    most_seconds: int = Field(
        300, ge=1, le=900, description="How long the engine may look for a better plan."
    )


class GivenAnswers(Schema):
    recipient_id: UUID = Field(description="The instructor, guardian or student who was asked.")
    accepts: bool
    class_ids: Ids = Field(
        [], max_length=1000, description="Left out or empty: all classes about which the person was asked."
    )
