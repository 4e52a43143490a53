"""Swaps: an instructor gives a class to a colleague, or swaps it for one of theirs, once the colleague agrees."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, VisibleSession, Work
from api.http.idempotency import ApiRoute, Ids
from api.http.paging import Listing, Page, next_cursor
from api.http.state import State
from api.schemas.swaps import SwapExchangeOut, SwapIn, SwapOut, SwapPartnerOut
from domain.people.access import Permission, Principal
from models.repositories import class_swaps
from services import swap_partners, swaps

router = APIRouter(prefix="/v1", tags=["swaps"], route_class=ApiRoute)
READ, ACT = [needs(Permission.SESSIONS_READ)], [needs(Permission.SESSIONS_RUN)]


class SwapsQuery(Listing):
    filters = ("session_id",)

    instructor_id: UUID | None = None
    session_id: UUID | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


@router.get("/swaps", dependencies=READ)
async def list_swaps(
    db: Work, who: TheCaller, now: Now, query: Annotated[SwapsQuery, Query()]
) -> Page[SwapOut]:
    """List swaps, the latest first: of all, or those that an instructor offered or was asked.

    Instructors see their own.
    """
    rows, more = await class_swaps.page(db, who, query.wanted(), query.instructor_id)
    items = [SwapOut.of(row, now) for row in rows]
    return Page(items=items, next_cursor=next_cursor([row.swap for row in rows], more, query.sort))


@router.get("/swaps/{swap_id}", dependencies=READ)
async def get_swap(swap_id: UUID, db: Work, who: TheCaller, now: Now) -> SwapOut:
    """Read a swap."""
    return SwapOut.of(await swaps.shown(db, who, swap_id), now)


@router.get("/sessions/{session_id}/swap-partners", dependencies=READ)
async def list_swap_partners(session: VisibleSession, db: Work, now: Now) -> list[SwapPartnerOut]:
    """List whom the instructor of a class can ask to take it: those who can come first, the best first.

    Why the others can't is said in general terms, as colleagues may know it.
    """
    return [SwapPartnerOut.of(one) for one in await swap_partners.colleagues(db, session, now)]


@router.get("/sessions/{session_id}/swap-partners/{instructor_id}", dependencies=READ)
async def list_exchanges(
    session: VisibleSession, instructor_id: UUID, db: Work, now: Now
) -> list[SwapExchangeOut]:
    """List a colleague's classes of the next 14 days, and whether each could be taken in return."""
    return [SwapExchangeOut.of(one) for one in await swap_partners.exchanges(db, session, instructor_id, now)]


@router.post("/swaps", status_code=201, dependencies=ACT)
async def offer_swap(new: SwapIn, who: TheCaller, ids: Ids, shared: Shared, now: Now) -> SwapOut:
    """Offer a class to a colleague, alone or for one of theirs. The colleague is told by mail.

    Instructors offer their own classes. To offer for an instructor, `sessions:write` is needed too. An offer reserves
    nothing: the rules are asked again when it is accepted.
    """
    swap_id = ids.next()
    await shared.swaps.offer(who, new.session_id, swap_id, new, now)
    return await _shown(shared, who, swap_id, now)


@router.post("/swaps/{swap_id}/accept", dependencies=ACT)
async def accept_swap(swap_id: UUID, who: TheCaller, shared: Shared, now: Now) -> SwapOut:
    """Accept an offer: both classes change hands at once, and everybody is told.

    To accept for the instructor who was asked, `sessions:write` is needed too.
    """
    await shared.swaps.accept(who, swap_id, now)
    return await _shown(shared, who, swap_id, now)


@router.post("/swaps/{swap_id}/decline", dependencies=ACT)
async def decline_swap(swap_id: UUID, who: TheCaller, shared: Shared, now: Now) -> SwapOut:
    """Decline an offer; whoever offered the class is told by mail.

    To decline for the instructor who was asked, `sessions:write` is needed too.
    """
    await shared.swaps.decline(who, swap_id, now)
    return await _shown(shared, who, swap_id, now)


@router.post("/swaps/{swap_id}/withdraw", dependencies=ACT)
async def withdraw_swap(swap_id: UUID, who: TheCaller, shared: Shared, now: Now) -> SwapOut:
    """Withdraw an offer that nobody has answered.

    To withdraw for the instructor who offered it, `sessions:write` is needed too.
    """
    await shared.swaps.withdraw(who, swap_id, now)
    return await _shown(shared, who, swap_id, now)


async def _shown(shared: State, who: Principal, swap_id: UUID, now: Now) -> SwapOut:
    async with shared.database.tenant(who.organization_id) as db:
        return SwapOut.of(await swaps.shown(db, who, swap_id), now)
