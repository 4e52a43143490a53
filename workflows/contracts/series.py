"""Activity that brings the classes of a series to what its row says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from temporalio import activity

from domain.scheduling.series_changes import SeriesState


@dataclass(frozen=True)
class SeriesRef:
    organization_id: UUID
    series_id: UUID


@dataclass(frozen=True)
class SeriesLook:
    """How far a series is. Classes that were cancelled or left out are in none of the counts."""

    state: SeriesState | None  # None: there is no row yet
    booked: int = 0
    planned: int = 0
    refused: int = 0  # tried again until they would start
    to_change: int = 0  # of all: sessions that are still to be moved, cancelled or handed over
    look_again_at: datetime | None = None  # None: nothing is left to do


class SeriesSteps:
    @activity.defn(name="advance_series")
    async def advance(self, ref: SeriesRef) -> SeriesLook:
        """Book the next classes up to the horizon, and change those that the series has changed, a batch at a time.

        What was done before is not done again. A class that is refused becomes a case and stops no other.
        """
        raise NotImplementedError
