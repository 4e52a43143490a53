"""What every answer says to browsers, in one place: what it may load, who may frame it, what it may use.

Source: the OWASP cheat sheet on HTTP headers.
"""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def _policy(**directives: str) -> str:
    closed = {
        "object-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    named = {name.replace("_", "-"): value for name, value in directives.items()} | closed
    return "; ".join(f"{name} {value}" for name, value in named.items())


def _powers(allowed: str, *names: str) -> str:
    """Permissions-Policy: these features for `allowed`, of the others that pages are asked to name none."""
    known = ("camera", "microphone", "display-capture", "geolocation", "payment", "usb", "browsing-topics")
    return ", ".join(f"{name}={allowed if name in names else '()'}" for name in known)


_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": _powers("()"),
}
# Of the console.
PAGE = {
    **_EVERYWHERE,
    "Content-Security-Policy": _policy(
        default_src="'self'",
        img_src="'self' data:",
        media_src="'self'",
        script_src="'self'",
        style_src="'self'",
    ),
    "Cache-Control": "no-store",
}
# Of the class's room: LiveKit is elsewhere, its library styles elements, and the address carries the link.
ROOM = {
    **_EVERYWHERE,
    "Content-Security-Policy": _policy(
        default_src="'self'",
        script_src="'self'",
        style_src="'self' 'unsafe-inline'",
        img_src="'self' data: blob:",
        media_src="'self' blob: mediastream:",
        connect_src="'self' ws: wss: http://127.0.0.1:*",
        worker_src="'self' blob:",
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": _powers("(self)", "camera", "microphone", "display-capture"),
}
# Of a mail shown in a frame of the console: it runs, loads and sends nothing, whatever somebody wrote into it.
MAIL = {
    **_EVERYWHERE,
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
_API = {
    "Cache-Control": "no-store",  # answers hold personal data
    "Content-Security-Policy": _policy(default_src="'none'"),
    "Cross-Origin-Resource-Policy": "same-origin",
}
_OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
_DOCS = "/v1/docs"  # a page of the framework, with scripts of its own


class SecureHeaders:
    def __init__(self, app: ASGIApp, *, over_tls: bool = False) -> None:
        self._app = app
        everywhere = _EVERYWHERE | (_OVER_TLS if over_tls else {})
        self._of_pages, self._of_api = raw(everywhere), raw(everywhere | _API)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        of_api = scope["path"].startswith("/v1/") and not scope["path"].startswith(_DOCS)
        wanted = self._of_api if of_api else self._of_pages

        async def with_headers(message: Message) -> None:
            """What a route has set itself stays."""
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                more = [pair for pair in wanted if pair[0] not in there]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self._app(scope, receive, with_headers)


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """As a server sends them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
