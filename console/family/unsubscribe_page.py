"""The page behind the unsubscribe link of a mail; mail programs post to it too (RFC 8058)."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from reports.catalogue import page_words
from services.unsubscribing import Subscription, Unsubscribing

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/unsubscribe")
async def unsubscribe_page(request: Request, shared: Shared, now: Now, t: str) -> Response:
    """Changes nothing, because mail scanners open links."""
    return _page(request, t, await _unsubscribing(shared).read(t, now))


@router.post("/unsubscribe")
async def unsubscribe(request: Request, shared: Shared, now: Now, t: str, again: bool = False) -> Response:
    """The link itself says who may do this; a mail program has no cookie and comes from no page."""
    return _page(request, t, await _unsubscribing(shared).set(t, again, now))


def _unsubscribing(shared: State) -> Unsubscribing:
    return Unsubscribing(shared.database, shared.links)


def _page(request: Request, token: str, subscription: Subscription) -> Response:
    words = page_words("family", subscription.language)
    return page(request, "unsubscribe.html", words=words, subscription=subscription, token=token)
