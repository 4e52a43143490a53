"""Streams a request's body to a temporary file, for bodies too large for memory."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO

from fastapi import Request

from domain.errors import Unavailable

_BUFFER_SIZE = 1 << 20  # bytes in memory before they are written


@dataclass
class SpooledBody:
    """A request's body in a file that is positioned at its start."""

    file: IO[bytes]
    sha256: str
    size: int  # bytes


@asynccontextmanager
async def spooled(request: Request) -> AsyncIterator[SpooledBody]:
    """The body in a temporary file without a name, which no crash leaves behind. Raises Unavailable if disk is full."""
    with tempfile.TemporaryFile() as file:
        try:
            body = await _spool(request, file)
        except OSError as error:
            raise Unavailable("there is no space for the upload") from error
        yield body


async def _spool(request: Request, file: IO[bytes]) -> SpooledBody:
    digest, size, buffer = hashlib.sha256(), 0, bytearray()

    def write() -> None:
        digest.update(buffer)
        file.write(buffer)

    async for chunk in request.stream():
        buffer += chunk
        size += len(chunk)
        if len(buffer) >= _BUFFER_SIZE:
            await asyncio.to_thread(write)
            buffer.clear()
    write()
    file.seek(0)
    return SpooledBody(file, digest.hexdigest(), size)
