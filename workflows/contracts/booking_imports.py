"""Activity that books the rows of an import."""

from dataclasses import dataclass
from uuid import UUID

from temporalio import activity

from domain.sessions.booking_imports import ImportState


@dataclass(frozen=True)
class ImportRef:
    organization_id: UUID
    import_id: UUID


@dataclass(frozen=True)
class ImportLook:
    """How far an import is, in rows."""

    state: ImportState | None  # None: there is no row yet
    waiting: int = 0
    booked: int = 0
    booked_before: int = 0
    refused: int = 0


class BookingImportSteps:
    @activity.defn(name="book_rows")
    async def book(self, ref: ImportRef) -> ImportLook:
        """Book the next rows, a batch at most. What an interrupted batch has booked is not booked again."""
        raise NotImplementedError
