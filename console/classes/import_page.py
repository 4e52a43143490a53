"""Booking from a file: upload or paste it, see what each row would do, then book."""

import tempfile
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.problems import refusal_members
from api.http.state import State
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import InvalidInput, PayloadTooLarge
from domain.people.access import Permission, Principal
from services.bulk_import.bookings import COLUMNS, MOST_ROWS, BookingImport
from services.bulk_import.csv_files import csv_rows
from services.bulk_import.importer import Outcome

router = APIRouter(
    prefix="/classes/import",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.SESSIONS_WRITE)],
)
_MOST_BYTES = 900_000  # the body of a request may have a little more
_EXAMPLE = """course,instructor,starts,minutes,students,external_id
Algebra 1,ada@school.example,2030-03-04 16:00,45,Noor Haddad;Léo Lindqvist,term-0001
"""


@router.get("")
async def form(request: Request) -> Response:
    return _page(request, "")


@router.post("", dependencies=[Depends(same_origin)])
async def take(
    request: Request,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    text: Annotated[str, Form(max_length=_MOST_BYTES)] = "",
    file: Annotated[UploadFile | None, File()] = None,
    book: Annotated[bool, Form()] = False,
) -> Response:
    """Show what would happen; with `book`, book the rows."""
    content = await file.read(_MOST_BYTES + 1) if file and file.size else text.encode()
    if len(content) > _MOST_BYTES:
        raise PayloadTooLarge("the file is larger than 0.9 MB", next_step="Split it, and book the parts.")
    try:
        outcomes, as_text = await _outcomes(shared, who, content, now, dry_run=not book)
    except InvalidInput as error:
        return _page(request, text, error=error, status=422)
    return _page(request, as_text, outcomes=outcomes, booked=book)


async def _outcomes(
    shared: State, who: Principal, content: bytes, now: Now, *, dry_run: bool
) -> tuple[list[Outcome], str]:
    """The outcome of each row, and the file as text. Raises InvalidInput."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        rows = csv_rows(file, COLUMNS)
        intake = BookingImport(shared.database, shared.classes, who, dry_run, act_id=uuid7())
        outcomes = [one async for batch in intake.take(rows, now) for one in batch]
        file.seek(0)
        return outcomes, file.read().decode().lstrip("\ufeff")


def _page(
    request: Request,
    text: str,
    *,
    outcomes: list[Outcome] | None = None,
    booked: bool = False,
    error: InvalidInput | None = None,
    status: int = 200,
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
        status,
        text=text,
        error=error,
        shown=outcomes is not None,
        booked=booked,
        refused=refused,
        known=[one for one in found if not one.refusal and one.remark],
        new=[one for one in found if not one.refusal and not one.remark],
        columns=list(COLUMNS),
        example=_EXAMPLE,
        most=MOST_ROWS,
        path="/classes",
    )
