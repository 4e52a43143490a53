"""Inputs of acts on many classes at once: cancel or move them, look for substitutes, open them to volunteers."""

from datetime import timedelta
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from domain.scheduling.volunteers import Audience
from domain.sessions.bulk_acts import ClassAct
from domain.sessions.cancellations import CancelReason
from services.inputs.fields import Ids, Schema, Text
from services.inputs.sessions import OverrideReason

MOST_CLASSES = 300
LONGEST_SHIFT = timedelta(days=366)


class ClassActs(Schema):
    action: ClassAct
    ids: Ids = Field(min_length=1, max_length=MOST_CLASSES)
    reason: CancelReason = Field(CancelReason.UNSPECIFIED, description="Of `cancel`.")
    shift: timedelta | None = Field(
        None,
        ge=-LONGEST_SHIFT,
        le=LONGEST_SHIFT,
        examples=["PT30M", "-P1D"],
        description="Of `move`: by how much. Whole days keep the wall time of the class in its time zone.",
    )
    override_reason: OverrideReason = None
    instructor_id: UUID | None = Field(
        None, description="Of `substitute`: the only person to ask. Left out: by the ranking."
    )

    audience: Audience = Field(
        Audience.EVERYBODY,
        description="Of `open_to_volunteers`. `course`: only colleagues who have classes in the course.",
    )
    note: Text = Field("", max_length=500, description="Of `open_to_volunteers`: for those who are asked.")

    @model_validator(mode="after")
    def _move_has_a_shift(self) -> Self:
        if self.action == ClassAct.MOVE and not self.shift:
            raise ValueError("give a shift other than zero to move classes")
        return self
