"""Inputs that assign and resolve cases."""

from uuid import UUID

from pydantic import Field

from services.inputs.fields import Schema, Text


class Assignment(Schema):
    member_id: UUID | None = Field(None, description="Left out: the caller.")


class Resolution(Schema):
    resolution: Text = Field("", max_length=2000, description="What was done.")
