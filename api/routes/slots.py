"""Slots: when a class can be booked and by whom it can be taught. Quotes: who can teach at one time, the best first."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Now, Work
from api.http.idempotency import ApiRoute
from api.schemas.slots import QuoteOut, SlotsOut
from domain.people.access import Permission
from services import slots
from services.inputs.slots import QuoteIn, SlotQuestion

router = APIRouter(
    prefix="/v1",
    tags=["sessions"],
    route_class=ApiRoute,
    dependencies=[needs(Permission.SESSIONS_WRITE)],
)


@router.get("/slots")
async def find_slots(db: Work, now: Now, query: Annotated[SlotQuestion, Query()]) -> SlotsOut:
    """Find when a class can be booked, and who can teach it then.

    Everything counts that a booking checks: classes and held time of the students and of the instructor, and the rules
    about the instructor. With `explain`, starts that can't be booked are listed too, with the rules in the way.
    """
    return SlotsOut.of(await slots.find(db, query, now))


@router.post("/quotes")
async def quote(asked: QuoteIn, db: Work, now: Now) -> QuoteOut:
    """Rank the instructors who can teach a class at one time, with the terms of each score, and say why others can't.

    The ranking follows the published scheduling rules. Nothing is reserved: `POST /v1/holds` does that.
    """
    return QuoteOut.of(await slots.quote(db, asked, now))
