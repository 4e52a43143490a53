"""The pages of swaps: an instructor offers a class to a colleague, and sees and answers what colleagues offer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.texts import gettext
from console.frame.viewers import Teacher, same_origin
from console.teaching.own_times import own_times
from domain.errors import InvalidInput
from domain.people.access import Principal
from domain.scheduling.swaps import SwapBar, SwapState, may_be_freed
from models.people import Instructor
from models.repositories import entities
from services import swap_partners, swaps
from services.inputs.swaps import NewSwap

PATH = "/teaching/swaps"
router = APIRouter(prefix="/teaching", include_in_schema=False, route_class=PageRoute)
SwapId = Annotated[UUID, Form()]


@router.get("/swaps")
async def own_swaps(request: Request, shared: Shared, who: Teacher, now: Now) -> Response:
    assert who.person_id is not None, "an instructor is a person"
    async with shared.database.tenant(who.organization_id) as db:
        rows = await swaps.own(db, who.person_id, now)
        times = await _times(db, who, now)
    states = {row.swap.id: row.state(now) for row in rows}
    return page(
        request,
        "own_swaps.html",
        asked=[row for row in rows if _is_open(states[row.swap.id]) and row.offered_to.id == who.person_id],
        offered=[row for row in rows if _is_open(states[row.swap.id]) and row.offered_by.id == who.person_id],
        over=[row for row in rows if not _is_open(states[row.swap.id])],
        states=states,
        state_texts=_state_texts(),
        own_id=who.person_id,
        **times,
    )


def _is_open(state: SwapState) -> bool:
    return state == SwapState.OFFERED


@router.post("/swaps/accept", dependencies=[Depends(same_origin)])
async def accept(shared: Shared, who: Teacher, now: Now, swap_id: SwapId) -> Response:
    await shared.swaps.accept(who, swap_id, now)
    return RedirectResponse(PATH, status_code=303, headers=HEADERS)


@router.post("/swaps/decline", dependencies=[Depends(same_origin)])
async def decline(shared: Shared, who: Teacher, now: Now, swap_id: SwapId) -> Response:
    await shared.swaps.decline(who, swap_id, now)
    return RedirectResponse(PATH, status_code=303, headers=HEADERS)


@router.post("/swaps/withdraw", dependencies=[Depends(same_origin)])
async def withdraw(shared: Shared, who: Teacher, now: Now, swap_id: SwapId) -> Response:
    await shared.swaps.withdraw(who, swap_id, now)
    return RedirectResponse(PATH, status_code=303, headers=HEADERS)


@router.get("/{session_id}/swap")
async def choose(
    request: Request, session_id: UUID, shared: Shared, who: Teacher, now: Now, colleague: UUID | None = None
) -> Response:
    """Whom to ask; with `colleague`, which of their classes to take in return."""
    async with shared.database.tenant(who.organization_id) as db:
        session = await swaps.offerable(db, who, session_id, now)
        everybody = await swap_partners.colleagues(db, session, now)
        chosen = next((one for one in everybody if one.id == colleague), None)
        found = await swap_partners.exchanges(db, session, chosen.id, now) if chosen else []
        times = await _times(db, who, now)
        offered = await swaps.open_of(db, [session_id], now)
    return page(
        request,
        "own_swap.html",
        session=session,
        able=[one for one in everybody if not one.bars],
        swappable=[one for one in everybody if one.bars and may_be_freed(one.bars)],
        others=[one for one in everybody if not may_be_freed(one.bars)],
        chosen=chosen,
        exchanges=[one for one in found if one.allowed],
        refused=[one for one in found if not one.allowed],
        bar_texts=_bar_texts(),
        already=[row for row in offered if row.swap.session_id == session_id],
        key=uuid7(),
        **times,
    )


@router.post("/{session_id}/swap", dependencies=[Depends(same_origin)])
async def offer(request: Request, session_id: UUID, shared: Shared, who: Teacher, now: Now) -> Response:
    posted = await forms.posted(request)
    returned = forms.text(posted, "return_session_id")
    try:
        key = UUID(forms.text(posted, "key"))
        new = NewSwap(
            colleague_id=UUID(forms.text(posted, "colleague_id")),
            return_session_id=UUID(returned) if returned else None,
            note=forms.text(posted, "note").strip(),
        )
    except ValueError as error:
        raise InvalidInput("the form is incomplete", next_step="Reload the page and try again.") from error
    # The form carries the id, so that sending it twice asks once.
    await shared.swaps.offer(who, session_id, key, new, now)
    return RedirectResponse(PATH, status_code=303, headers=HEADERS)


async def _times(db: AsyncSession, who: Principal, now: datetime) -> dict[str, Any]:
    assert who.person_id is not None, "an instructor is a person"
    return own_times((await entities.get(db, Instructor, who.person_id)).time_zone, now)


def _state_texts() -> Mapping[SwapState, str]:
    return {
        SwapState.OFFERED: gettext("Waits for an answer"),
        SwapState.ACCEPTED: gettext("Accepted"),
        SwapState.DECLINED: gettext("Declined"),
        SwapState.WITHDRAWN: gettext("Withdrawn"),
        SwapState.EXPIRED: gettext("Expired"),
        SwapState.OUTDATED: gettext("A class has changed"),
    }


def _bar_texts() -> Mapping[SwapBar, str]:
    return {
        SwapBar.SUBJECT: gettext("doesn't teach this subject at this level"),
        SwapBar.BUSY: gettext("teaches another class at that time"),
        SwapBar.UNAVAILABLE: gettext("isn't available at that time"),
        SwapBar.HOURS: gettext("would teach more hours than agreed"),
        SwapBar.RULES: gettext("the rules of your school don't allow it"),
    }
