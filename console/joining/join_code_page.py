"""Short join links: `/j/abc-defg-hij` opens the join page, and `/j` asks for the code."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.dependencies import Now, Shared
from api.http.problems import status_of
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from domain.errors import HomeroomError

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/j")
async def ask_for_code(request: Request, shared: Shared, now: Now, code: str = "") -> Response:
    if code:
        return await open_code(request, code, shared, now)
    return page(request, "join_code.html")


@router.get("/j/{code}")
async def open_code(request: Request, code: str, shared: Shared, now: Now) -> Response:
    host = request.client.host if request.client else ""
    try:
        url = await shared.join_codes.resolve(code[:100], host, now)
    except HomeroomError as error:
        answer = page(request, "join_code.html", status_of(error), error=error, code=code[:100])
        if wait := error.extra.get("retry_after"):
            answer.headers["Retry-After"] = wait
        return answer
    return RedirectResponse(url, status_code=303, headers=HEADERS)
