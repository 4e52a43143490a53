"""Requests to the application without a network: each ends with the response, or with the first message of a stream."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI

_HOST = b"127.0.0.1"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_stream(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")


async def call(
    app: FastAPI,
    method: str,
    path: str,
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    """A stream is left open by the client, and is cancelled after its first message."""
    status, answer_headers, received = 0, {}, b""
    begun = asyncio.Event()
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError("nobody disconnects")

    async def send(message: Mapping[str, Any]) -> None:
        nonlocal status, answer_headers, received
        if message["type"] == "http.response.start":
            status = message["status"]
            answer_headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            received += message.get("body", b"")
            begun.set()

    raw = {"host": "127.0.0.1", "content-length": str(len(body))} | {k.lower(): v for k, v in headers.items()}
    if not body:
        del raw["content-length"]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(query or {}).encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in raw.items()],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    running = asyncio.ensure_future(app(scope, receive, send))
    first = asyncio.ensure_future(begun.wait())
    await asyncio.wait((running, first), return_when=asyncio.FIRST_COMPLETED)
    if not running.done() and answer_headers.get("content-type", "").startswith("text/event-stream"):
        running.cancel()
    first.cancel()
    await asyncio.gather(running, first, return_exceptions=True)
    if not running.cancelled() and (fault := running.exception()):
        return Answer(500, answer_headers, repr(fault).encode())
    return Answer(status, answer_headers, received)
