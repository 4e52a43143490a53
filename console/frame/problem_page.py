"""A browser that asks for a page is told what went wrong in a page, a part of a page in a part; who is not signed in
comes to the sign-in page."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from api.http.problems import status_of
from console.frame.rendering import HEADERS, by_htmx, page
from domain.errors import HomeroomError, InvalidInput, NotAuthenticated


class PageRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told_as_page(request: Request) -> Response:
            try:
                return await handle(request)
            except HomeroomError as error:
                if not _reads_html(request):
                    raise
                return _told(request, error)
            except RequestValidationError as error:
                if not _reads_html(request):
                    raise
                return _told(request, _of_form(error))

        return told_as_page


def _reads_html(request: Request) -> bool:
    return by_htmx(request) or "text/html" in request.headers.get("accept", "")


def _told(request: Request, error: HomeroomError) -> Response:
    if isinstance(error, NotAuthenticated):
        return _to_sign_in(request)
    return refusal(request, "parts/problem.html" if by_htmx(request) else "problem.html", error)


def refusal(request: Request, template: str, error: HomeroomError) -> Response:
    """The error in a page, with when to come back where it says so."""
    response = page(request, template, status_of(error), error=error)
    if wait := error.extra.get("retry_after"):
        response.headers["Retry-After"] = wait
    return response


def _to_sign_in(request: Request) -> Response:
    """And from there back to the page that was asked for."""
    if by_htmx(request):
        return Response(status_code=204, headers=HEADERS | {"HX-Redirect": "/sign-in"})
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    after = f"?{urlencode({'next': asked})}" if request.method == "GET" and asked != "/" else ""
    return RedirectResponse(f"/sign-in{after}", status_code=303, headers=HEADERS)


def _of_form(error: RequestValidationError) -> InvalidInput:
    """Each field with what is wrong in it."""
    told = [f"{str(one['loc'][-1]).replace('_', ' ')}: {one['msg']}" for one in error.errors()]
    return InvalidInput("; ".join(told), next_step="Correct it and try again.")
