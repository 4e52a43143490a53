"""What every request and answer goes through, in one pass: its id, its body's size, its headers, its log line.

One middleware, since each further one costs every request two calls and a copy of the headers.
"""

import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.body_limit import BodyLimit
from api.http.request_context import HEADER, enter_request, log_request, request_id_of
from api.http.security_headers import RawHeaders, SecurityHeaders, raw

_WITHOUT_BODY = frozenset({"GET", "HEAD"})
_OF_THE_REQUEST = ("rate_headers", "deprecation_headers")  # put into its state by whoever looks at them


class RequestMiddleware:
    def __init__(self, app: ASGIApp, *, over_tls: bool = False) -> None:
        self._app = app
        self._limited = BodyLimit(app)
        self._security = SecurityHeaders(over_tls=over_tls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        author = enter_request(request_id_of(headers))
        started, method = time.perf_counter(), scope["method"]
        answer = _Answer(scope, send, self._security.of(scope["path"]), author.request_id)
        app = self._app if method in _WITHOUT_BODY and b"content-length" not in headers else self._limited
        try:
            await app(scope, receive, answer.send)
        finally:
            route = getattr(scope.get("route"), "path", None)
            log_request(method, route, answer.status, author.actor, started)


class _Answer:
    """Adds the headers that every answer has. What a route has set itself stays."""

    def __init__(self, scope: Scope, send: Send, security: RawHeaders, request_id: str) -> None:
        self.status = 0
        self._scope = scope
        self._send = send
        self._security = security
        self._request_id = request_id

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"]
            there = {name for name, _ in headers}
            more = [pair for pair in self._security if pair[0] not in there]
            message["headers"] = [*headers, *more, (HEADER, self._request_id.encode()), *self._own()]
        await self._send(message)

    def _own(self) -> RawHeaders:
        state: dict[str, Any] = self._scope.get("state") or {}
        return [pair for kind in _OF_THE_REQUEST if kind in state for pair in raw(state[kind])]
