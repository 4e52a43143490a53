"""How cases are assigned and resolved."""

from uuid import UUID

from pydantic import Field

from services.inputs.fields import Schema, Text


class Assignment(Schema):
    member_id: UUID | None = Field(None, description="Left out: whoever asks.")


class Resolution(Schema):
    resolution: Text = Field("", max_length=2000, description="What was done, in words.")
