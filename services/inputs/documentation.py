"""Inputs that revise documentation, approve it or request changes."""

from typing import Annotated

from pydantic import Field

from domain.record.documentation import Statement
from services.inputs.fields import Schema, Text

_MAX_REVISION = 1_000_000


Revision = Annotated[int, Field(ge=1, le=_MAX_REVISION)]


class RevisionIn(Schema):
    statements: list[Statement] = Field(max_length=200)
    based_on: int = Field(ge=0, le=_MAX_REVISION, description="The revision the change was made from.")
    reason: Text = Field("", max_length=1000)


class Decision(Schema):
    revision: Revision


class ChangesWanted(Decision):
    reason: Text = Field(min_length=1, max_length=1000)
