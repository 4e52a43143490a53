"""Booking from a file: upload or paste it, see what each row would do, then book, and follow how far that is."""

import hashlib
import io
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response
from uuid_utils.compat import uuid7

from api.http.bulk_report import problem_of
from api.http.dependencies import Now, Shared
from api.http.problems import refusal_members, status_of
from api.http.state import State
from console.classes.refusals import grouped
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import InvalidInput, PayloadTooLarge
from domain.people.access import Permission, Principal
from domain.sessions.booking_imports import ImportState, RowOutcome
from models.repositories import pages
from services.bulk_import.booking_runs import RunProgress, listed
from services.bulk_import.bookings import COLUMNS, MOST_ROWS, previewed
from services.bulk_import.csv_files import csv_rows
from services.bulk_import.importer import Outcome
from services.bulk_import.refused_rows import as_csv

PATH = "/classes/import"
router = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.SESSIONS_WRITE)],
)
_MOST_BYTES = 900_000  # the body of a request may have a little more
_EXAMPLE = """course,instructor,starts,minutes,students,external_id
Algebra 1,ada@school.example,2030-03-04 16:00,45,Noor Haddad;Léo Lindqvist,term-0001
"""


_MOST_LISTED = 10  # earlier imports
_MOST_WHILE_BOOKING = 50  # refused rows of the page that is read every two seconds


@router.get("")
async def form(request: Request, shared: Shared, who: CurrentUser) -> Response:
    return await _page(request, shared, who, "")


@router.post("", dependencies=[Depends(same_origin)])
async def take(
    request: Request,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    text: Annotated[str, Form(max_length=_MOST_BYTES)] = "",
    file: Annotated[UploadFile | None, File()] = None,
    book: Annotated[bool, Form()] = False,
    key: Annotated[UUID | None, Form()] = None,
    file_name: Annotated[str, Form(max_length=200)] = "",
    checked: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Show what would happen; with `book`, let the rows be booked, and lead to the page that shows how far that is.

    `checked` is the digest of the rows whose outcomes were shown: rows that were edited since are shown again first.
    """
    content = await file.read(_MOST_BYTES + 1) if file and file.size else text.encode()
    if len(content) > _MOST_BYTES:
        raise PayloadTooLarge("the file is larger than 0.9 MB", next_step="Split it, and book the parts.")
    try:
        rows = csv_rows(as_read := io.BytesIO(content), COLUMNS)
        as_text = (
            as_read.getvalue().decode().lstrip("\ufeff")
        )  # of UTF-16, which spreadsheets write too, in UTF-8
        edited = book and checked not in ("", _digest(as_text))
        if book and not edited:
            run = await shared.booking_imports.start(who, key or uuid7(), file_name, rows, now)
            return go_to(request, f"{PATH}/{run.id}")
        outcomes = await previewed(shared.database, who, rows, now)
    except InvalidInput as error:
        return await _page(request, shared, who, text, error=error)
    named = file.filename or "" if file and file.size else file_name
    return await _page(request, shared, who, as_text, outcomes=outcomes, file_name=named[:200], edited=edited)


@router.get("/{import_id}")
async def progress(request: Request, import_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    """How far an import is, and why rows of it are refused."""
    found = await shared.booking_imports.progress(who, import_id)
    works = found.run.state == ImportState.RUNNING
    most = _MOST_WHILE_BOOKING if works else None
    refused = await shared.booking_imports.rows(who, import_id, RowOutcome.REFUSED, most=most)
    return page(
        request,
        "class_import_run.html",
        run=found.run,
        counts={outcome.value: found.counts[outcome] for outcome in RowOutcome},
        works=works,
        refused=grouped((row.line, row.number, problem_of(row) or {}) for row in refused),
        listed=len(refused),
        text=as_csv(refused),
        url=f"{PATH}/{import_id}",
        path="/classes",
    )


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _digest(text: str) -> str:
    """Of the rows, whatever line ends a browser sends them with."""
    return hashlib.sha256("\n".join(_lines(text.strip())).encode()).hexdigest()


@router.post("/{import_id}/correct", dependencies=[Depends(same_origin)])
async def correct(
    request: Request,
    import_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    text: Annotated[str, Form(max_length=_MOST_BYTES)] = "",
) -> Response:
    """Book the corrected rows in place of those that are refused."""
    rows = csv_rows(io.BytesIO(text.encode()), COLUMNS)
    await shared.booking_imports.correct(who, import_id, rows, now)
    return go_to(request, f"{PATH}/{import_id}")


@router.post("/{import_id}/dismiss", dependencies=[Depends(same_origin)])
async def dismiss(request: Request, import_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Set the refused rows aside."""
    await shared.booking_imports.dismiss(who, import_id, now)
    return go_to(request, f"{PATH}/{import_id}")


async def _earlier(shared: State, who: Principal) -> list[RunProgress]:
    """The latest imports, the latest first."""
    wanted = pages.PageRequest("-created_at", _MOST_LISTED)
    async with shared.database.tenant(who.organization_id) as db:
        found, _ = await listed(db, wanted)
    return found


async def _page(
    request: Request,
    shared: State,
    who: Principal,
    text: str,
    *,
    outcomes: list[Outcome] | None = None,
    file_name: str = "",
    edited: bool = False,
    error: InvalidInput | None = None,
) -> Response:
    found = outcomes or []
    refused = [
        (one.candidate.line, one.candidate.number, refusal_members(one.refusal))
        for one in found
        if one.refusal
    ]
    return page(
        request,
        "class_import.html",
        status_of(error) if error else 200,
        text=text,
        error=error,
        shown=outcomes is not None,
        key=uuid7(),
        checked=_digest(text),
        edited=edited,
        file_name=file_name,
        earlier=await _earlier(shared, who),
        refused=grouped(refused, _lines(text)),
        count=len(refused),
        known=[one for one in found if not one.refusal and one.remark],
        new=[one for one in found if not one.refusal and not one.remark],
        columns=list(COLUMNS),
        example=_EXAMPLE,
        most=MOST_ROWS,
        path="/classes",
    )
