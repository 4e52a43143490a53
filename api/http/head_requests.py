"""HEAD: the answer to a GET without its body (RFC 9110, 9.3.2), for every route that answers GET.

The routes see a GET. One that changes something when it is opened, such as a provider's callback, asks `is_head` first.
"""

import asyncio

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

_MARK = "is_head"


def as_get(scope: Scope) -> Scope:
    """The scope of the GET that a HEAD stands for."""
    return {**scope, "method": "GET", "state": {**scope.get("state", {}), _MARK: True}}


def is_head(request: Request) -> bool:
    """Whether the request, which the route sees as a GET, must have no effect."""
    return getattr(request.state, _MARK, False)


class HeadersOnly:
    """Sends the start of a response and ends it there; the route then sees that its client has left."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._asked = False
        self._answered = asyncio.Event()

    async def receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return await self._receive()
        await self._answered.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] != "http.response.start":
            return
        await self._send(message)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        self._answered.set()
