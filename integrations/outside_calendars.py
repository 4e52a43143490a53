"""Calendars of instructors at other services: fetches a feed, and has its busy times read in another process."""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from domain.errors import InvalidInput, Unavailable
from integrations.egress_guard import outside_transport, require_public_url

MAX_BYTES = 5_000_000  # of a calendar
_TIMEOUT = 15.0  # seconds of silence
_READ_SECONDS = 60
_ROOT = Path(__file__).resolve().parents[1]
_NEXT_STEP = "Check the address, or export the calendar again."


class OutsideCalendars:
    def __init__(self, *, local: bool) -> None:
        """With `local`, private addresses and plain http are allowed."""
        self._local = local

    async def fetch(self, url: str) -> bytes:
        """The calendar at an https address. Raises InvalidInput for a wrong address or answer, and Unavailable."""
        await require_public_url(url, local=self._local)
        transport = outside_transport(local=self._local, max_bytes=MAX_BYTES)
        try:
            async with httpx2.AsyncClient(transport=transport, timeout=_TIMEOUT, trust_env=False) as client:
                answer = await client.get(url, headers={"accept": "text/calendar", "user-agent": "Homeroom"})
        except httpx2.HTTPError as error:
            raise Unavailable("the calendar's server doesn't answer, or sends too much") from error
        if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
            raise Unavailable(f"the calendar's server answered {answer.status_code}")
        if answer.status_code != 200:
            raise InvalidInput(
                f"the calendar's server answered {answer.status_code} instead of a calendar",
                next_step=_NEXT_STEP,
            )
        return answer.content

    async def busy_times(
        self, content: bytes, zone: str, start: datetime, end: datetime
    ) -> list[tuple[str, str]]:
        """Disjoint spans in order, in ISO 8601. Raises InvalidInput for what is no calendar, or takes too long."""
        result = await self._read("integrations.busy_times", content, zone, start, end)
        return [(start, end) for start, end in result["busy"]]

    async def closed_days(
        self, content: bytes, zone: str, start: datetime, end: datetime
    ) -> list[tuple[str, str, str]]:
        """Name, first and last day of each event, by day. Raises InvalidInput as `busy_times` does."""
        result = await self._read("integrations.closed_days", content, zone, start, end)
        return [(name, first, last) for name, first, last in result["days"]]

    async def _read(
        self, module: str, content: bytes, zone: str, start: datetime, end: datetime
    ) -> dict[str, Any]:
        """What a module writes about a calendar, which it reads in a process of its own."""
        if len(content) > MAX_BYTES:
            raise InvalidInput(f"a calendar can have at most {MAX_BYTES // 1_000_000} MB")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, zone, start.isoformat(), end.isoformat()),
            cwd=_ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # it may quote the calendar
        )
        try:
            async with asyncio.timeout(_READ_SECONDS):
                output, _ = await process.communicate(content)
        except TimeoutError:
            output = b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise InvalidInput("this calendar can't be read, or takes too long to read", next_step=_NEXT_STEP)
        result: dict[str, Any] = json.loads(output)
        if problem := result.get("problem"):
            raise InvalidInput(problem, next_step=_NEXT_STEP)
        return result


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
