"""Response bodies of calendar feeds."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.calendar_feed import CalendarFeed
from services.calendar_feeds import MadeFeed
from services.inputs.fields import Schema


class CalendarFeedOut(Schema):
    person_id: UUID
    person_kind: str = Field(description="`instructor`, `guardian` or `student`.")
    created_at: AwareDatetime = Field(description="When the present address was made.")

    @classmethod
    def of(cls, row: CalendarFeed) -> Self:
        return cls(**{name: getattr(row, name) for name in CalendarFeedOut.model_fields})


class CalendarFeedMade(CalendarFeedOut):
    url: str = Field(description="Shown only once: Homeroom stores only a hash of it.")

    @classmethod
    def of_made(cls, made: MadeFeed) -> Self:
        return cls(**CalendarFeedOut.of(made.row).model_dump(), url=made.url)
