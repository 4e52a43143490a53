"""Middleware that refuses request bodies over a size limit, before or while they are read."""

import re
from collections.abc import Mapping
from typing import ClassVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.open_paths import has_credentials, is_open
from api.http.problems import error_response
from domain.errors import PayloadTooLarge

MAX_BODY = 1_000_000  # bytes
MAX_OPEN_BODY = (
    64_000  # bytes, of requests without a key: a link, a chat message or two minutes of measurements
)


class _TooLargeError(Exception):
    pass


class BodyLimit:
    """Answers 413 to larger bodies. Requests without a key, bulk imports and file uploads have limits of their own."""

    BULK_IMPORT: ClassVar[int] = 1 << 30  # bytes; streamed to disk
    CLASS_FILE: ClassVar[int] = 25_000_000 + 100_000  # bytes: the file and its multipart form
    _LIMITS_BY_PATH: ClassVar = (
        (re.compile(r"/v1/(?:[a-z-]+/bulk|booking-imports)"), BULK_IMPORT),
        (re.compile(r"/v1/sessions/[^/]+/files"), CLASS_FILE),
    )

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = self._limit_of(scope["path"], headers)
        if declared_length(headers) > limit:
            await _refuse(limit, scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):  # nothing reads the body of these
            await self._app(scope, receive, send)
        else:
            await self._call_counting(limit, scope, receive, send)

    def _limit_of(self, path: str, headers: Mapping[bytes, bytes]) -> int:
        if is_open(path) or not has_credentials(headers):
            return min(MAX_OPEN_BODY, self._limit)
        return next((size for pattern, size in self._LIMITS_BY_PATH if pattern.fullmatch(path)), self._limit)

    async def _call_counting(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the body as it is read, since its declared length may be missing.

        An application that catches the error and answers by itself still answers 413.
        """
        received, response_started = 0, False

        async def counting_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLargeError
            return message

        async def checking_send(message: Message) -> None:
            nonlocal response_started
            if received > limit and not response_started:
                raise _TooLargeError
            response_started = True
            await send(message)

        try:
            await self._app(scope, counting_receive, checking_send)
        except _TooLargeError:
            if not response_started:
                await _refuse(limit, scope, receive, send)


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    await error_response(too_large(limit))(scope, receive, send)


def too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"the body is larger than {limit} bytes")


def declared_length(headers: Mapping[bytes, bytes]) -> int:
    """The Content-Length in bytes; 0 if it is missing or not a number."""
    length = headers.get(b"content-length", b"0")
    return int(length[:19]) if length.isdigit() else 0  # 19 digits are over every limit
