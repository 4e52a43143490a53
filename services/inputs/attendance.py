"""Inputs of attendance that the school sets by hand."""

from pydantic import Field

from domain.presence.verdicts import AttendanceStatus
from services.inputs.fields import Schema, Text


class AttendanceIn(Schema):
    status: AttendanceStatus
    reason: Text = Field(min_length=1, max_length=500, description="Why it differs from what was measured.")
