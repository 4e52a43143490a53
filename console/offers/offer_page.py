"""The page behind the link of an offer to teach a class. The link says who may answer: no sign-in is needed."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.times import zone_name
from domain.errors import DoubleBooked, InstructorUnavailable
from reports.catalogue import Words, page_words
from reports.moments import clock, moment
from services.offers import OfferPage

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/offer")
async def offer_page(request: Request, shared: Shared, now: Now, t: str) -> Response:
    """Changes nothing, because mail scanners open links."""
    return _page(request, t, await shared.offers.read(t, now), now)


@router.post("/offer")
async def answer_offer(
    request: Request, shared: Shared, now: Now, t: str, answer: Literal["accept", "decline"] = Form()
) -> Response:
    if answer == "decline":
        return _page(request, t, await shared.offers.decline(t, now), now)
    try:
        return _page(request, t, await shared.offers.accept(t, now), now)
    except (DoubleBooked, InstructorUnavailable) as error:
        problem = "busy" if isinstance(error, DoubleBooked) else "not_allowed"
        return _page(request, t, await shared.offers.read(t, now), now, problem=problem, status=409)


def _page(
    request: Request, token: str, offer: OfferPage, now: datetime, *, problem: str = "", status: int = 200
) -> Response:
    language, zone = offer.instructor.language, offer.instructor.time_zone
    words: Words = page_words("offer", language)
    return page(
        request,
        "offer.html",
        status,
        words=words,
        offer=offer,
        token=token,
        problem=problem,
        when=moment(offer.session.starts_at, words.language, zone, now=now),
        until=clock(offer.session.ends_at, words.language, zone),
        zone=zone_name(zone),
        answer_by=moment(offer.expires_at, words.language, zone, now=now),
    )
