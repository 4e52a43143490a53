"""Input that starts a plan of a term."""

from pydantic import Field

from domain.scheduling.term_plans import PlanScope
from services.inputs.fields import Day, Schema


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
