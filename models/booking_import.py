"""Tables of imports of bookings: the import, and the rows of its file with what became of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from domain.sessions.booking_imports import ImportState, RowOutcome
from models.base import (
    TenantRow,
    enum_column,
    json_object,
    listed_by,
    referred_within_tenant,
    utc,
    within_tenant,
)


class BookingImport(TenantRow, table=True):
    __tablename__ = "booking_import"
    __table_args__ = (referred_within_tenant(), listed_by("booking_import", "created_at"))
    id: UUID = Field(primary_key=True)
    file_name: str = ""  # empty: the rows came without a file
    state: ImportState = enum_column(ImportState, ImportState.RUNNING)
    row_count: int  # of its file
    created_by: str  # an actor
    created_at: datetime = utc()
    finished_at: datetime | None = utc(None)


class BookingImportRow(TenantRow, table=True):
    __tablename__ = "booking_import_row"
    __table_args__ = (
        within_tenant("booking_import"),
        sa.Index(
            "ix_booking_import_row_waiting",
            "booking_import_id",
            "number",
            postgresql_where=sa.text("outcome = 'waiting'"),
        ),
    )
    booking_import_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)  # from 1, without the header and blank rows
    line: int  # of the file, where the row starts
    content: dict[str, Any] = (
        json_object()
    )  # by column, as it was read; emptied once the row is booked or dismissed
    outcome: RowOutcome = enum_column(RowOutcome, RowOutcome.WAITING)
    class_id: UUID | None = None  # of the session that it is to be; None: it waits, or names none
    # Why it is refused: {code, detail, next_step, ...} of an error, or {errors} of values of a wrong kind.
    problem: dict[str, Any] = json_object()
    remark: str = ""
