"""Requests over kept connections, with as little of a client as there can be."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answered:
    per_second: float
    bytes_each: float


async def get_all(base_url: str, paths: Iterator[str], key: str, count: int, at_once: int) -> Answered:
    """GET so many paths. Raises AssertionError for an answer that is no 200."""
    taken, sizes = iter(range(count)), []
    started = time.monotonic()

    async def connection() -> None:
        where = urlsplit(base_url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        for _ in taken:
            writer.write(
                f"GET {next(paths)} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
            )
            sizes.append(len(await _answer(reader)))
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(connection() for _ in range(at_once)))
    return Answered(count / (time.monotonic() - started), sum(sizes) / len(sizes))


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head.decode()
    length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return await reader.readexactly(int(length.split(b":")[1]))
