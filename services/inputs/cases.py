"""Inputs that act on cases."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from domain.cases.states import LONGEST_SNOOZE
from services.inputs.fields import Schema, Text

MOST_AT_ONCE = 200
_MEMBER = Field(None, description="Left out: the caller.")
_RESOLUTION = Field("", max_length=2000, description="What was done.")


class Assignment(Schema):
    member_id: UUID | None = _MEMBER


class Resolution(Schema):
    resolution: Text = _RESOLUTION


class Comment(Schema):
    text: Text = Field(min_length=1, max_length=2000)


class Snooze(Schema):
    duration: timedelta = Field(gt=timedelta(), le=LONGEST_SNOOZE, examples=["PT2H"])


class CaseCommand(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    RESOLVE = "resolve"


class BulkAction(Schema):
    action: CaseCommand
    ids: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)
    member_id: UUID | None = _MEMBER
    resolution: Text = _RESOLUTION
