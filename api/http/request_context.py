"""Each request has an id, in its answer, its log line, the log of changes and the commands it gives to workflows."""

import logging
import re
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from api.http.security_headers import raw
from models.authorship import Authorship, authorship

HEADER = "X-Request-Id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,128}")

logger = logging.getLogger("api.access")


class RequestContext:
    """Takes a caller's own id where it has a sound one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        author = Authorship(_given(scope) or uuid7().hex, "nobody")
        authorship.set(author)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=author.request_id)
        started, status = time.perf_counter(), 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = {HEADER: author.request_id}
                for kind in ("rate_headers", "deprecation_headers"):
                    told |= scope.get("state", {}).get(kind, {})
                message["headers"] = [*message["headers"], *raw(told)]
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        finally:
            route = scope.get("route")
            logger.info(
                "request",
                extra={
                    "method": scope["method"],
                    "route": getattr(route, "path", None),  # never the path: its ids and links are people's
                    "status": status,
                    "actor": author.actor,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                },
            )


def _given(scope: Scope) -> str | None:
    value = dict(scope["headers"]).get(HEADER.lower().encode())
    return value.decode() if value and _ACCEPTED.fullmatch(value) else None
