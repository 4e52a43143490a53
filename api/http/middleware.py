"""The middleware of every request: client address, request id, limits, HEAD, response headers and access log.

All in one class, because each further middleware costs every request two calls and a copy of the headers.
"""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.datastructures import URL
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.authentication import was_accepted
from api.http.body_limit import BodyLimit
from api.http.client_address import ClientAddresses, Networks
from api.http.form_charset import require_utf8_form
from api.http.head_requests import HeadersOnly, as_get
from api.http.open_paths import OpenPathLimit, has_credentials, is_open, is_unlimited
from api.http.problems import error_response, fault_response
from api.http.rate_limits import LimitStatus
from api.http.request_context import HEADER, enter_request, log_request, request_id_of
from api.http.security_headers import RawHeaders, SecurityHeaders, raw
from domain.errors import RateLimited, UnsupportedMedia

_METHODS_WITHOUT_BODY = frozenset({"GET", "HEAD"})
_HEADERS_IN_STATE = ("rate_headers", "deprecation_headers")  # set on request.state by dependencies


class RequestMiddleware:
    def __init__(
        self,
        app: ASGIApp,
        *,
        over_tls: bool = False,
        trusted_proxies: Networks = (),
        open_limit: OpenPathLimit | None = None,
    ) -> None:
        """`open_limit` counts requests without a key; None: there is no such limit."""
        self._app = app
        self._addresses = ClientAddresses(trusted_proxies)
        self._open_limit = open_limit
        self._limited_app = BodyLimit(app)
        self._security = SecurityHeaders(over_tls=over_tls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        client = self._addresses.of(scope, headers)
        scope["client"] = (client, 0)
        author = enter_request(request_id_of(headers))
        started, method = time.perf_counter(), scope["method"]
        if method == "HEAD":
            scope, head = as_get(scope), HeadersOnly(receive, send)
            receive, send = head.receive, head.send
        answer = _HeaderSender(scope, send, self._security.for_path(scope["path"]), author.request_id)
        limit = None if is_unlimited(scope["path"]) else self._open_limit
        app = (
            self._app
            if method in _METHODS_WITHOUT_BODY and b"content-length" not in headers
            else self._limited_app
        )
        try:
            if limit and (is_open(scope["path"]) or not has_credentials(headers)):
                try:
                    (await limit.hit(client)).raise_if_exceeded()
                except RateLimited as error:
                    await error_response(error)(scope, receive, answer.send)
                    return
            elif limit:
                answer.unless_accepted = partial(limit.hit, client)
            try:
                require_utf8_form(headers)
            except UnsupportedMedia as error:
                await error_response(error)(scope, receive, answer.send)
                return
            await app(scope, receive, answer.send)
        except Exception:
            if not answer.status:
                await fault_response()(scope, receive, answer.send)
            raise  # for the server's log
        finally:
            route = getattr(scope.get("route"), "path", None)
            log_request(method, route, answer.status, author.actor, started)


class _HeaderSender:
    """Adds the common headers to the response, without replacing those that the route set itself.

    A response to wrong credentials gives way to a refusal where `unless_accepted` says that there were too many.
    """

    def __init__(self, scope: Scope, send: Send, security: RawHeaders, request_id: str) -> None:
        self.status = 0
        # Counts a request whose key, token or cookie turned out wrong, which is known once it is answered.
        self.unless_accepted: Callable[[], Awaitable[LimitStatus]] | None = None
        self._refused = False
        self._scope = scope
        self._send = send
        self._security = security
        self._request_id = request_id

    async def send(self, message: Message) -> None:
        if self._refused:
            return
        if message["type"] == "http.response.start":
            if self.unless_accepted and not was_accepted(self._scope):
                status = await self.unless_accepted()
                self.unless_accepted = None
                if not status.allowed:
                    await error_response(status.refusal())(self._scope, _nothing, self.send)
                    self._refused = True
                    return
            self.status = message["status"]
            headers = message["headers"]
            present = {name for name, _ in headers}
            if b"location" in present:
                headers = [_on_this_host(self._scope, pair) for pair in headers]
            security = [pair for pair in self._security if pair[0] not in present]
            request_id = (HEADER, self._request_id.encode())
            message["headers"] = [*headers, *security, request_id, *self._headers_in_state()]
        await self._send(message)

    def _headers_in_state(self) -> RawHeaders:
        state: dict[str, Any] = self._scope.get("state") or {}
        return [pair for name in _HEADERS_IN_STATE if name in state for pair in raw(state[name])]


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _on_this_host(scope: Scope, header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """The header, in which a redirect to the request's own address is a path.

    The router's redirect for a slash too many names the scheme and the host that the request itself named: whoever
    chooses these would choose where the browser goes, and behind a proxy with TLS the scheme is the wrong one.
    """
    name, value = header
    if name != b"location":
        return header
    own = str(URL(scope={**scope, "path": "/", "query_string": b""})).encode()
    return (name, b"/" + value.removeprefix(own).lstrip(b"/")) if value.startswith(own) else header
