"""Which classes of a plan have to change hands together: an instructor can't take one before they give another away."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import DoubleBooked, HomeroomError, InstructorUnavailable
from domain.scheduling.candidates import WhyNot
from models.repositories import term_plans
from models.term_plan import PlanAssignment
from services.instructor_rules import BOOKED_AROUND

# Rules that a class which an instructor gives away may be the reason for.
_BESIDE_CLASSES = frozenset({WhyNot.NO_BUFFER, WhyNot.REST, WhyNot.HOURS_OF_DAY, WhyNot.HOURS_OF_WEEK})


async def kept_by(
    db: AsyncSession, plan_id: UUID, unit: Sequence[PlanAssignment], refusal: HomeroomError
) -> list[PlanAssignment]:
    """The classes by which an instructor is kept from one of the unit, and which the plan gives to somebody else.

    None where something else refuses the unit.
    """
    own = {one.class_id for one in unit}
    if isinstance(refusal, DoubleBooked):
        person, other = (refusal.extra.get(f"clashing_{name}_id") for name in ("person", "session"))
        if person is None or other is None:
            return []
        found = await term_plans.given_away(db, plan_id, UUID(person), class_id=UUID(other))
    elif isinstance(refusal, InstructorUnavailable) and _BESIDE_CLASSES.issuperset(
        refusal.extra["rules"].split(",")
    ):
        instructor_id = UUID(refusal.extra["instructor_id"])
        taken = [one for one in unit if one.instructor_id == instructor_id]
        start = min(one.starts_at for one in taken) - BOOKED_AROUND
        end = max(one.ends_at for one in taken) + BOOKED_AROUND
        found = await term_plans.given_away(db, plan_id, instructor_id, between=(start, end))
    else:
        return []
    return [one for one in found if one.class_id not in own]
