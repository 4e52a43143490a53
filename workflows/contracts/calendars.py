"""Activity that reads imported calendars again."""

from dataclasses import dataclass

from temporalio import activity


@dataclass(frozen=True)
class CalendarsInput:
    region: str


@dataclass(frozen=True)
class CalendarsResult:
    read: int  # calendars
    failed: int


class Calendars:
    @activity.defn(name="read_calendars")
    async def read(self, calendars: CalendarsInput) -> CalendarsResult:
        """Read the feeds of a region whose turn it is. What is wrong with one is written beside it."""
        raise NotImplementedError
