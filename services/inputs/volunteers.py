"""Inputs of calls for volunteers."""

from pydantic import Field

from domain.scheduling.volunteers import Audience
from services.inputs.fields import Schema, Text


class NewVolunteerCall(Schema):
    audience: Audience = Field(
        Audience.EVERYBODY, description="`course`: only colleagues who have classes in the course."
    )
    note: Text = Field("", max_length=500, description="For those who are asked.")
