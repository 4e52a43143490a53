"""A browser that asks for a page is told what went wrong in a page."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.console.rendering import page
from api.problems import status_of
from domain.errors import HomeroomError


class PageRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told_as_page(request: Request) -> Response:
            try:
                return await handle(request)
            except HomeroomError as error:
                if "text/html" not in request.headers.get("accept", ""):
                    raise
                return page(request, "problem.html", status_of(error), error=error)

        return told_as_page
