"""Inputs of leave requests."""

from pydantic import Field

from domain.scheduling.offers import SubstitutionReason
from services.inputs.fields import Schema, Text
from services.inputs.substitutions import AbsenceIn


class NewLeave(AbsenceIn):
    reason: SubstitutionReason = SubstitutionReason.UNSPECIFIED
    note: Text = Field("", max_length=500, description="For whoever decides.")


class LeaveAnswer(Schema):
    answer: Text = Field("", max_length=500, description="Shown to the instructor.")
