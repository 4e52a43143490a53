"""Short join links: `/j/abc-defg-hij` opens the join page, and `/j` asks for the code, in the browser's language."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import Now, Shared
from api.http.problems import status_of
from console.frame.browser_language import language_of_browser
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from domain.errors import HomeroomError, LinkExpired, LinkInvalid, LinkReplaced, RateLimited
from reports.catalogue import page_words

_PROBLEMS = {
    LinkInvalid.code: "invalid",
    LinkExpired.code: "expired",
    LinkReplaced.code: "replaced",
    RateLimited.code: "limited",
}

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/j")
async def ask_for_code(request: Request, shared: Shared, now: Now, code: str = "") -> Response:
    if code:
        return await open_code(request, code, shared, now)
    return _page(request)


@router.get("/j/{code}")
async def open_code(request: Request, code: str, shared: Shared, now: Now) -> Response:
    host = request.client.host if request.client else ""
    try:
        url = await shared.join_codes.resolve(code[:100], host, now)
    except HomeroomError as error:
        answer = _page(
            request, status_of(error), error=error, problem=_PROBLEMS.get(error.code), code=code[:100]
        )
        if wait := error.extra.get("retry_after"):
            answer.headers["Retry-After"] = wait
        return answer
    return RedirectResponse(url, status_code=303, headers=HEADERS)


def _page(request: Request, status: int = 200, **context: Any) -> Response:
    words = page_words("joining", language_of_browser(request))
    return page(request, "join_code.html", status, words=words, **context)
