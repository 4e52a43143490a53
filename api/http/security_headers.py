"""What every answer says to browsers, in one place: what it may load, who may frame it, what it may use.

Source: the OWASP cheat sheet on HTTP headers.
"""

from collections.abc import Mapping

RawHeaders = list[tuple[bytes, bytes]]


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
_API_PATH = "/v1/"
_DOCS = "/v1/docs"  # a page of the framework, with scripts of its own


class SecurityHeaders:
    """As a server sends them, for the answers of a process that is reached over TLS or not."""

    def __init__(self, *, over_tls: bool) -> None:
        everywhere = _EVERYWHERE | (_OVER_TLS if over_tls else {})
        self._of_pages, self._of_api = raw(everywhere), raw(everywhere | _API)

    def of(self, path: str) -> RawHeaders:
        return self._of_api if path.startswith(_API_PATH) and not path.startswith(_DOCS) else self._of_pages


def raw(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
