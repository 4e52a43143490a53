"""Response body of an imported calendar."""

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from models.imported_calendar import ImportedCalendar
from services.inputs.fields import Schema


class ImportedCalendarOut(Schema):
    instructor_id: UUID
    source: str = Field(description="The host of the feed, or `file`.")
    busy_times: int = Field(description="How many spans of time are known.")
    until: AwareDatetime = Field(description="How far ahead they go.")
    read_at: AwareDatetime = Field(description="When the times were read.")
    tried_at: AwareDatetime = Field(description="When reading was last tried.")
    problem: str = Field(description="Why the last try failed; empty if it did not.")

    @classmethod
    def of(cls, row: ImportedCalendar) -> Self:
        values = {name: getattr(row, name) for name in cls.model_fields if name != "busy_times"}
        return cls(**values, busy_times=len(row.busy))
