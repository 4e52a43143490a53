"""Inputs of swaps between colleagues."""

from uuid import UUID

from pydantic import Field

from services.inputs.fields import Schema, Text


class NewSwap(Schema):
    colleague_id: UUID
    return_session_id: UUID | None = Field(
        None, description="The colleague's class that is taken in return. Left out: the class is given away."
    )
    note: Text = Field("", max_length=500, description="For the colleague.")
