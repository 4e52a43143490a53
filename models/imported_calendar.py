"""The table of calendars that were imported: the times at which an instructor is busy elsewhere."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from models.base import TenantRow, json_list, utc, within_tenant


class ImportedCalendar(TenantRow, table=True):
    """Only times are kept of a calendar: no titles, places or people."""

    __tablename__ = "imported_calendar"
    __table_args__ = (within_tenant("instructor"), sa.Index("ix_imported_calendar_tried_at", "tried_at"))
    instructor_id: UUID = Field(primary_key=True)
    source: str  # the host of a feed, or "file"
    address: str = ""  # of a feed, sealed; empty: a file, which is read once
    busy: list[Any] = json_list()  # [start, end] in ISO 8601, disjoint and in order
    until: datetime = utc()  # how far ahead the times go
    read_at: datetime = utc()  # when its times were read last
    tried_at: datetime = utc()  # when reading was tried last
    problem: str = ""  # why the last try failed; empty: it did not
