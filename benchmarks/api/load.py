"""A minimal HTTP client that sends requests over persistent connections."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Responses:
    per_second: float
    bytes_each: float


async def get_all(base_url: str, paths: Iterator[str], key: str, count: int, at_once: int) -> Responses:
    """GET `count` paths over `at_once` connections. Raises AssertionError for a status other than 200."""
    turns, sizes = iter(range(count)), []
    started = time.monotonic()

    async def connection() -> None:
        server = urlsplit(base_url)
        reader, writer = await asyncio.open_connection(server.hostname, server.port)
        for _ in turns:
            writer.write(
                f"GET {next(paths)} HTTP/1.1\r\nHost: {server.netloc}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
            )
            sizes.append(len(await _read_response(reader)))
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(connection() for _ in range(at_once)))
    return Responses(count / (time.monotonic() - started), sum(sizes) / len(sizes))


async def _read_response(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head.decode()
    length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return await reader.readexactly(int(length.split(b":")[1]))
