"""Inputs of closures: days without classes, and files of them."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from domain.scheduling.closures import LONGEST
from services.inputs import patterns
from services.inputs.calendars import MAX_CONTENT
from services.inputs.fields import LEFT_OUT, Day, Name, Schema

MOST_CLOSURES = 300  # in one request
Region = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=patterns.LINE)]


class BookedClasses(StrEnum):
    """What becomes of classes that are booked on days that close."""

    KEEP = "keep"
    CANCEL = "cancel"


class NewClosure(Schema):
    name: Name = Field(description="What people read, such as Christmas holidays.")
    first_day: Day = Field(description="In the organization's time zone.")
    last_day: Day | None = Field(None, description="Included. Left out: the first day alone.")
    region: Region = Field(
        "", description="Only classes of courses that require this region; empty: the whole organization."
    )

    @property
    def ends_on(self) -> Day:
        return self.last_day or self.first_day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if problem := problem_of_days(self.first_day, self.ends_on):
            raise ValueError(problem)
        return self


def problem_of_days(first_day: Day, last_day: Day) -> str | None:
    """Why there can be no closure of these days, or None."""
    if last_day < first_day:
        return "the last day is before the first"
    if last_day - first_day > LONGEST:
        return "a closure lasts a year at most"
    return None


class ClosureEdit(Schema):
    """What is left out stays."""

    name: Name = LEFT_OUT
    first_day: Day = LEFT_OUT
    last_day: Day = LEFT_OUT
    region: Region = LEFT_OUT


class ClosureChange(ClosureEdit):
    booked_classes: BookedClasses | None = Field(
        None,
        description="What becomes of classes booked on days that close. Left out: refused if there are any.",
    )


class Closures(Schema):
    closures: list[NewClosure] = Field(min_length=1, max_length=MOST_CLOSURES)


class NewClosures(Closures):
    booked_classes: BookedClasses | None = Field(
        None, description="What becomes of classes booked on these days. Left out: refused if there are any."
    )


class ClosureFile(Schema):
    content: str = Field(
        min_length=1,
        max_length=MAX_CONTENT,
        description="The text of an iCalendar file, or of a CSV file with the columns "
        "`name`, `first_day`, `last_day` and `region`.",
    )
