"""The refused rows of imports of bookings: each import has one exception while rows of it are refused.

A row is settled once it is corrected, dismissed, or booked from a later file, as its external id tells.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.errors import TransitionRefused
from domain.sessions.booking_imports import ImportState, RowOutcome
from domain.subjects import Subject, SubjectKind
from models.booking_import import BookingImport, BookingImportRow
from models.repositories import booking_imports as repository
from models.repositories import cases, sessions
from services.bulk_import.bookings import COLUMNS, class_of_external_id
from services.cases import NewCase, follow, member_or_nobody, open_case, resolve_by_itself

_KIND = ExceptionKind.BOOKINGS_REFUSED
CORRECTED, DISMISSED = "corrected in a later row", "dismissed"
_BOOKED_LATER = "booked from a later file"


async def report(db: AsyncSession, run: BookingImport, now: datetime) -> None:
    """Let an import that has just ended have an exception if rows are refused. `run` is locked."""
    rows = await repository.refused(db, [run.id])
    if rows:
        new = NewCase(
            run.organization_id,
            Subject(SubjectKind.IMPORT, run.id),
            _KIND,
            detail=_detail(rows),
            key=now.isoformat(),
            assignee=member_or_nobody(run.created_by),
        )
        await open_case(db, new, now)
    else:
        await _keep_case(db, run.id, rows, "each refused row is corrected", now)


async def settle_earlier(db: AsyncSession, run: BookingImport, now: datetime) -> None:
    """Settle the refused rows of other imports with an exception whose classes are booked by now."""
    others = await cases.unresolved_subjects(db, SubjectKind.IMPORT, _KIND)
    of_rows = [
        (key, row) for row in await repository.refused(db, others - {run.id}) if (key := _class_of(row))
    ]
    booked = {one.id: one.created_at for one in await sessions.get_sessions(db, {key for key, _ in of_rows})}
    begun = await repository.created_at(db, {row.booking_import_id for _, row in of_rows})
    touched = [row for key, row in of_rows if key in booked and booked[key] >= begun[row.booking_import_id]]
    for row in touched:
        _settle(row, _BOOKED_LATER)
    await db.flush()
    for import_id in sorted({row.booking_import_id for row in touched}):
        left = await repository.refused(db, [import_id])
        await _keep_case(db, import_id, left, "each refused row is booked from a later file", now)


async def take_back(db: AsyncSession, import_id: UUID, why: str) -> BookingImport:
    """Settle all refused rows of an import, which is locked. Raises NotFound, TransitionRefused."""
    run = await repository.get(db, import_id, lock=True)
    if run.state != ImportState.DONE:
        raise TransitionRefused("rows of this file are still being booked", next_step="Wait for its end.")
    for row in await repository.refused(db, [run.id]):
        _settle(row, why)
    await db.flush()
    return run


async def dismiss(db: AsyncSession, import_id: UUID, now: datetime) -> None:
    """Set the refused rows of an import aside. Raises NotFound, TransitionRefused."""
    await take_back(db, import_id, DISMISSED)
    await _keep_case(db, import_id, [], "the refused rows were dismissed", now)


def as_csv(rows: Iterable[BookingImportRow]) -> str:
    """What rows say, as a file with a header of the columns that they use."""
    written = [{name: _cell(row.content[name]) for name in COLUMNS if row.content.get(name)} for row in rows]
    used = [name for name in COLUMNS if any(name in row for row in written)]
    if not used:
        return ""
    text = io.StringIO()
    writer = csv.DictWriter(text, used, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(written)
    return text.getvalue()


def cells_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the known columns, of a row that can't be read."""
    return {name: content[name] for name in COLUMNS if content.get(name)}


def _cell(value: Any) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def _settle(row: BookingImportRow, why: str) -> None:
    row.outcome, row.content, row.remark = RowOutcome.DISMISSED, {}, why


def _class_of(row: BookingImportRow) -> UUID | None:
    """The class that a refused row is to be, where that can be told."""
    if row.class_id:
        return row.class_id
    external_id = row.content.get("external_id")
    return class_of_external_id(row.organization_id, external_id) if isinstance(external_id, str) else None


async def _keep_case(
    db: AsyncSession, import_id: UUID, rows: Sequence[BookingImportRow], why: str, now: datetime
) -> None:
    for case in await cases.unresolved_about(db, SubjectKind.IMPORT, import_id, _KIND):
        if rows:
            follow(case, _detail(rows), now)
        else:
            resolve_by_itself(case, why, now)


def _detail(rows: Sequence[BookingImportRow]) -> dict[str, str]:
    """How many rows are refused, and the codes of their errors."""
    codes = {row.problem.get("code", "invalid-input") for row in rows}
    return {"rows": str(len(rows)), "codes": ", ".join(sorted(codes))}
