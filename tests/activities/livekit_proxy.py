"""A proxy in front of a real LiveKit server that refuses or ignores calls about chosen rooms."""

import asyncio
from typing import Self
from uuid import UUID

import aiohttp
from aiohttp import web

from domain.people.roles import room_name


class LiveKitProxy:
    def __init__(self, target: str) -> None:
        self._target = target
        self._refused: dict[bytes, int] = {}
        self._ignored: set[bytes] = set()
        self.url = ""

    def refuse(self, session_id: UUID, status: int) -> None:
        """Answer calls about the room of this session with this status and an unreadable body."""
        self._refused[room_name(session_id).encode()] = status

    def ignore(self, session_id: UUID) -> None:
        """Never answer calls about the room of this session."""
        self._ignored.add(room_name(session_id).encode())

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._forward)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._client.close()

    async def _forward(self, request: web.Request) -> web.Response:
        body = await request.read()
        if any(name in body for name in self._ignored):
            await asyncio.Event().wait()
        for name, status in self._refused.items():
            if name in body:
                return web.Response(status=status, body=b"\xff\xff not a message")
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type")}
        async with self._client.post(self._target + request.path, data=body, headers=headers) as response:
            return web.Response(
                status=response.status, body=await response.read(), content_type=response.content_type
            )
