"""Response bodies of imports of bookings."""

from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from domain.sessions.booking_imports import ImportState, RowOutcome
from models.booking_import import BookingImportRow
from services.bulk_import.booking_runs import RunProgress
from services.inputs.fields import Schema


class BookingImportOut(Schema):
    id: UUID
    file_name: str = Field(description="Empty: the rows came without a file.")
    state: ImportState = Field(description="`done`: each row is booked or refused.")
    rows: int = Field(description="Of the file, and those that were corrected since.")
    waiting: int = Field(description="Rows that are still to be booked.")
    booked: int
    booked_before: int = Field(description="Rows whose class was booked before; it stays as it is.")
    refused: int = Field(description="Rows that are still to be corrected or dismissed.")
    dismissed: int = Field(
        description="Rows that were refused, and were corrected, booked from a later file or set aside since."
    )
    created_by: str
    created_at: AwareDatetime
    finished_at: AwareDatetime | None
    workflow_url: str

    @classmethod
    def of(cls, found: RunProgress, workflow_url: str) -> Self:
        run, counts = found.run, found.counts
        return cls(
            id=run.id,
            file_name=run.file_name,
            state=run.state,
            rows=run.row_count,
            waiting=counts[RowOutcome.WAITING],
            booked=counts[RowOutcome.BOOKED],
            booked_before=counts[RowOutcome.BOOKED_BEFORE],
            refused=counts[RowOutcome.REFUSED],
            dismissed=counts[RowOutcome.DISMISSED],
            created_by=run.created_by,
            created_at=run.created_at,
            finished_at=run.finished_at,
            workflow_url=workflow_url,
        )


class BookingImportRowOut(Schema):
    row: int = Field(description="From 1; the header and blank rows don't count.")
    line: int = Field(description="Of the file, where the row starts.")
    outcome: RowOutcome
    session_id: UUID | None = Field(description="Of the class that is booked.")
    remark: str
    problem: dict[str, Any] | None = Field(
        description="Why the row is or was refused, as a problem is described."
    )

    @classmethod
    def of(cls, row: BookingImportRow, problem: dict[str, Any] | None) -> Self:
        is_booked = row.outcome in (RowOutcome.BOOKED, RowOutcome.BOOKED_BEFORE)
        return cls(
            row=row.number,
            line=row.line,
            outcome=row.outcome,
            session_id=row.class_id if is_booked else None,
            remark=row.remark,
            problem=problem,
        )
