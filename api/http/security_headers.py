"""Security headers of every response: what a page may load, who may frame it, which features it may use.

Source: the OWASP cheat sheet on HTTP headers.
"""

from collections.abc import Mapping

RawHeaders = list[tuple[bytes, bytes]]


def _content_policy(**directives: str) -> str:
    """A Content-Security-Policy: the given directives and the ones that all pages share."""
    common = {
        "object-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
    }
    policy = {name.replace("_", "-"): value for name, value in directives.items()} | common
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def _permissions_policy(allowed: str, *names: str) -> str:
    """A Permissions-Policy: the named features for the origins in `allowed`, all others for none."""
    features = ("camera", "microphone", "display-capture", "geolocation", "payment", "usb", "browsing-topics")
    return ", ".join(f"{name}={allowed if name in names else '()'}" for name in features)


_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": _permissions_policy("()"),
}
# For the console, and the page of the API's description.
PAGE = {
    **_EVERYWHERE,
    "Content-Security-Policy": _content_policy(
        default_src="'self'",
        img_src="'self' data:",
        media_src="'self'",
        script_src="'self'",
        style_src="'self'",
    ),
    "Cache-Control": "no-store",
}
# For the room page: LiveKit is another origin, its library sets inline styles, and the URL contains the join token.
ROOM = {
    **_EVERYWHERE,
    "Content-Security-Policy": _content_policy(
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
    "Permissions-Policy": _permissions_policy("(self)", "camera", "microphone", "display-capture"),
}
# For an email shown in a frame of the console: it is untrusted, so it may not run, load or send anything.
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
    "Content-Security-Policy": _content_policy(default_src="'none'"),
    "Cross-Origin-Resource-Policy": "same-origin",
}
_OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
_API_PATH = "/v1/"
_DOCS = "/v1/docs"  # a page, with the headers PAGE


class SecurityHeaders:
    """The headers by path, encoded once."""

    def __init__(self, *, over_tls: bool) -> None:
        everywhere = _EVERYWHERE | (_OVER_TLS if over_tls else {})
        self._page_headers, self._api_headers = raw(everywhere), raw(everywhere | _API)

    def for_path(self, path: str) -> RawHeaders:
        return (
            self._api_headers
            if path.startswith(_API_PATH) and not path.startswith(_DOCS)
            else self._page_headers
        )


def raw(headers: Mapping[str, str]) -> RawHeaders:
    """The headers as ASGI takes them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
