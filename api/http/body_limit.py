"""Refuses bodies that are larger than any request needs, before they are read."""

import re
from collections.abc import Mapping
from typing import ClassVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import of_error
from domain.errors import PayloadTooLarge

MAX_BODY = 1_000_000  # bytes


class _TooLargeError(Exception):
    pass


class BodyLimit:
    OF_BULK: ClassVar[int] = 1 << 30  # goes to disk as it comes
    OF_FILES: ClassVar[int] = 25_000_000 + 100_000  # the file and the form around it
    _OWN: ClassVar = (
        (re.compile(r"/v1/[a-z-]+/bulk"), OF_BULK),
        (re.compile(r"/v1/sessions/[^/]+/files"), OF_FILES),
    )

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = next((own for way, own in self._OWN if way.fullmatch(scope["path"])), self._limit)
        if declared_length(dict(scope["headers"])) > limit:
            await _refuse(limit, scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):  # a body of theirs is read by nobody
            await self._app(scope, receive, send)
        else:
            await self._counted(limit, scope, receive, send)

    async def _counted(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        """For bodies of a length nobody declared. Whatever the application makes of the cut, the answer is 413."""
        seen, started = 0, False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _TooLargeError
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            if seen > limit and not started:
                raise _TooLargeError
            started = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _TooLargeError:
            if not started:
                await _refuse(limit, scope, receive, send)


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    await of_error(too_large(limit))(scope, receive, send)


def too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"the body is larger than {limit} bytes")


def declared_length(headers: Mapping[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"0")
    return int(length[:19]) if length.isdigit() else 0  # more digits are too many in any case
