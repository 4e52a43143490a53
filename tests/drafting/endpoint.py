"""A fake chat-completions endpoint that returns prepared responses over real HTTP.

No package ships a model that is fit for drafting.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web


class Endpoint:
    """Records requests and returns the prepared response."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.body = b""
        self.byte_delay = 0.0  # seconds between the bytes of the response
        self.released = asyncio.Event()
        self.hangs = False  # until released

    def respond_with_claims(self, *claims: dict[str, Any], finish_reason: str = "stop") -> None:
        self.respond_with(json.dumps({"statements": claims}), finish_reason=finish_reason)

    def respond_with(self, content: str | None, *, finish_reason: str = "stop", **message: Any) -> None:
        choice = {"index": 0, "finish_reason": finish_reason}
        choice["message"] = {"role": "assistant", "content": content, **message}
        self.body = json.dumps(
            {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]}
        ).encode()

    @property
    def transcript(self) -> dict[str, Any]:
        """The class as the last request sent it."""
        user = self.requests[-1]["messages"][-1]
        assert user["role"] == "user"
        content: dict[str, Any] = json.loads(user["content"])
        return content

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.headers.append(dict(request.headers))
        self.requests.append(await request.json())
        if self.hangs:
            await self.released.wait()
        if not self.byte_delay:
            return web.Response(status=self.status, body=self.body, content_type="application/json")
        response = web.StreamResponse()
        await response.prepare(request)
        for byte in self.body:
            await response.write(bytes([byte]))
            await asyncio.sleep(self.byte_delay)
        return response


def claim(section: str, text: str, *cited: tuple[int, str], **check: str) -> dict[str, Any]:
    citations = [{"utterance": number, "quote": quote} for number, quote in cited]
    return {
        "section": section,
        "text": text,
        "citations": citations,
        "question": check.get("question"),
        "answer": check.get("answer"),
        "outcome": check.get("outcome"),
    }


@asynccontextmanager
async def serve_endpoint() -> AsyncIterator[Endpoint]:
    endpoint, app = Endpoint(), web.Application()
    app.router.add_post("/v1/chat/completions", endpoint.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield endpoint
    finally:
        endpoint.released.set()
        await runner.cleanup()
