"""Errors as pages: a browser gets an error page, htmx a fragment, and whoever is not signed in the sign-in page."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.http.problems import MAX_FIELDS, more_than_listed, status_of, worded_response
from console.frame.browser_language import use_browser_language
from console.frame.problem_texts import shown
from console.frame.rendering import HEADERS, by_htmx, page
from console.frame.texts import SOURCE, in_language
from console.frame.viewers import current_user
from domain.errors import HomeroomError, InvalidInput, NotAuthenticated, NotFound
from services.inputs.patterns import problem_in_words


class PageRoute(APIRoute):
    """A route whose expected errors are rendered as HTML for clients that read HTML."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_errors(request: Request) -> Response:
            with in_language(SOURCE):
                try:
                    return await handle(request)
                except HomeroomError as error:
                    if not _reads_html(request):
                        return worded_response(status_of(error), shown(error))  # for the page's scripts
                    return _error_page(request, error)
                except RequestValidationError as error:
                    if not _reads_html(request):
                        raise
                    if all(field["loc"][0] == "path" for field in error.errors()):
                        raise HTTPException(404) from error
                    return _error_page(request, _invalid_input(error))

        return handle_errors


def show_missing_pages(app: FastAPI) -> None:
    """Answer a browser that opens an address of nothing with a page; other clients get the API's problem."""
    answer_clients = app.exception_handlers[HTTPException]

    @app.exception_handler(HTTPException)
    async def _missing(request: Request, error: HTTPException) -> Response:
        if error.status_code != 404 or not _reads_html(request):
            return cast("Response", await answer_clients(request, error))  # type: ignore[misc]
        with in_language(SOURCE):
            with suppress(HomeroomError):  # for the navigation, as far as somebody is signed in
                await current_user(request)
            step = "Check it for a typing error, or go to your start page."
            return _error_page(request, NotFound("nothing is at this address", next_step=step))


def _reads_html(request: Request) -> bool:
    return by_htmx(request) or "text/html" in request.headers.get("accept", "")


def _error_page(request: Request, error: HomeroomError) -> Response:
    if isinstance(error, NotAuthenticated):
        return _to_sign_in(request)
    if getattr(request.state, "principal", None) is None and not by_htmx(request):
        use_browser_language(request)
    return refusal(request, "parts/problem.html" if by_htmx(request) else "problem.html", error)


def refusal(request: Request, template: str, error: HomeroomError) -> Response:
    """The error rendered by a template, with Retry-After where the error has one."""
    response = page(request, template, status_of(error), error=shown(error))
    if wait := error.extra.get("retry_after"):
        response.headers["Retry-After"] = wait
    return response


def _to_sign_in(request: Request) -> Response:
    """Redirect to the sign-in page, which leads back to the requested page."""
    if by_htmx(request):
        return Response(status_code=204, headers=HEADERS | {"HX-Redirect": "/sign-in"})
    requested = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    after = f"?{urlencode({'next': requested})}" if request.method == "GET" and requested != "/" else ""
    return RedirectResponse(f"/sign-in{after}", status_code=303, headers=HEADERS)


def _invalid_input(error: RequestValidationError) -> InvalidInput:
    """One error that names the first invalid fields with their messages."""
    messages = [
        f"{str(field['loc'][-1])[:200].replace('_', ' ')}: {problem_in_words(field)}"
        for field in error.errors()[:MAX_FIELDS]
    ]
    return InvalidInput(
        "; ".join(messages) + more_than_listed(error.errors()), next_step="Correct it and try again."
    )
