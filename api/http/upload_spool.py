"""A request's body on disk: for what is too large for memory, or has to be whole before work on it begins."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO

from fastapi import Request

from domain.errors import Unavailable

_AT_ONCE = 1 << 20  # bytes in memory before they are written


@dataclass
class Spooled:
    file: IO[bytes]
    sha256: str
    size: int  # bytes


@asynccontextmanager
async def spooled(request: Request) -> AsyncIterator[Spooled]:
    """The file has no name, so that nothing of it is left whatever happens. Raises Unavailable where it has no room."""
    with tempfile.TemporaryFile() as file:
        try:
            body = await _spool(request, file)
        except OSError as error:
            raise Unavailable("there is no space for the upload") from error
        yield body


async def _spool(request: Request, file: IO[bytes]) -> Spooled:
    digest, size, waiting = hashlib.sha256(), 0, bytearray()

    def write() -> None:
        digest.update(waiting)
        file.write(waiting)

    async for chunk in request.stream():
        waiting += chunk
        size += len(chunk)
        if len(waiting) >= _AT_ONCE:
            await asyncio.to_thread(write)
            waiting.clear()
    write()
    file.seek(0)
    return Spooled(file, digest.hexdigest(), size)
