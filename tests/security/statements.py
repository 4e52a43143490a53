"""Counts what is asked of the database: a relay before it that notes each statement, whoever sends it and how."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from tests.stack import DatabaseUrls

_EXECUTE, _QUERY = b"E", b"Q"  # of PostgreSQL's protocol: a prepared statement runs, a text runs
_SSL_REQUEST = 80877103


@dataclass
class Relay:
    """`executed` counts the statements that were sent since it was set to 0."""

    urls: DatabaseUrls
    executed: int = 0
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)


@asynccontextmanager
async def relayed(urls: DatabaseUrls) -> AsyncIterator[Relay]:
    """The application's URL of the database leads through the relay, the others do not."""
    behind = urlsplit(urls.application)
    assert behind.hostname
    assert behind.port

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_connection(behind.hostname, behind.port)
        both = [
            asyncio.ensure_future(_forward(reader, questions, relay)),
            asyncio.ensure_future(_return(answers, writer)),
        ]
        relay.tasks.update(both)
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        questions.close()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    host = behind.netloc.rpartition("@")[0] + f"@127.0.0.1:{port}"
    relay = Relay(replace(urls, application=behind._replace(netloc=host).geturl()))
    try:
        yield relay
    finally:
        server.close()
        for task in relay.tasks:
            task.cancel()
        await asyncio.gather(*relay.tasks, return_exceptions=True)


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, relay: Relay) -> None:
    started = False
    try:
        while True:
            kind = await reader.readexactly(1) if started else b""
            size = await reader.readexactly(4)
            body = await reader.readexactly(struct.unpack("!i", size)[0] - 4)
            if kind in (_EXECUTE, _QUERY):
                relay.executed += 1
            started = started or struct.unpack("!i", body[:4])[0] != _SSL_REQUEST
            writer.write(kind + size + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return


async def _return(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        return
