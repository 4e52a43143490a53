"""A TCP proxy that misbehaves on request: the wire between a part of Homeroom and a server."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit


class Fault(StrEnum):
    NONE = "none"
    LATENCY = "latency"  # each packet waits
    SLOW = "slow"  # a few bytes at a time
    RESET = "reset"  # connections are reset in the middle of what the server answers
    HALF_OPEN = "half_open"  # what the server answers gets lost, and nobody is told
    CUT = "cut"  # nobody gets through: connections are reset, new ones refused


_LATENCY_SECONDS = 0.02
_SLOW_BYTES, _SLOW_SECONDS = 256, 0.005
_CHUNK = 65536


@dataclass
class Wire:
    """Carries connections to `host:port` from a port of its own on loopback."""

    host: str
    port: int
    fault: Fault = Fault.NONE
    own_port: int = 0
    resets_after: int = 1  # answers that still pass before a reset
    touched: bool = False  # whether the present fault has met any traffic
    broken: list[tuple[datetime, datetime]] = field(default_factory=list)  # connections that lost an answer
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)
    _losing: set[asyncio.StreamWriter] = field(default_factory=set)  # whose clients miss an answer
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def to(cls, url: str) -> Self:
        """A wire to the server of a URL, which names its port."""
        address = urlsplit(url)
        assert address.hostname, url
        assert address.port, url
        return cls(address.hostname, address.port)

    def over(self, url: str) -> str:
        """The URL, by way of this wire."""
        address = urlsplit(url)
        return address._replace(netloc=address.netloc.replace(f":{self.port}", f":{self.own_port}")).geturl()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.own_port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.misbehave(Fault.CUT)
        if self._tasks:
            await asyncio.wait(self._tasks)

    def misbehave(self, fault: Fault, *, resets_after: int = 1) -> None:
        """From now on, for connections that stand and for new ones."""
        self.fault, self.resets_after, self.touched = fault, resets_after, False
        if fault == Fault.CUT:
            for writer in list(self._connections):
                self.touched = True
                self._losing.add(writer)
                _reset(writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a server runs this in a task"
        self._tasks.add(task)
        self._connections.add(writer)
        opened_at = datetime.now(UTC)
        try:
            if self.fault == Fault.CUT:
                self.touched = True
                return
            upstream_reader, upstream = await asyncio.open_connection(self.host, self.port)
            try:
                async with asyncio.TaskGroup() as carrying:
                    carrying.create_task(self._carry(reader, upstream, answers=False))
                    carrying.create_task(self._carry(upstream_reader, writer, answers=True))
            finally:
                upstream.close()
        except* (OSError, _Ended):
            pass
        finally:
            _reset(writer)
            if writer in self._losing:
                self._losing.remove(writer)
                self.broken.append((opened_at, datetime.now(UTC)))
            self._connections.discard(writer)
            self._tasks.discard(task)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        while data := await reader.read(_CHUNK):
            self.touched = self.touched or self._hurts(answers=answers)
            if answers and self.fault == Fault.RESET:
                self.resets_after -= 1
                if self.resets_after < 0:
                    self._losing.add(writer)
                    raise _Ended
            if answers and self.fault == Fault.HALF_OPEN:
                self._losing.add(writer)
                continue
            if self.fault == Fault.LATENCY:
                await asyncio.sleep(_LATENCY_SECONDS)
            if self.fault == Fault.SLOW:
                for start in range(0, len(data), _SLOW_BYTES):
                    writer.write(data[start : start + _SLOW_BYTES])
                    await writer.drain()
                    await asyncio.sleep(_SLOW_SECONDS)
                continue
            writer.write(data)
            await writer.drain()
        raise _Ended

    def _hurts(self, *, answers: bool) -> bool:
        """Whether the present fault does something to this packet."""
        if self.fault == Fault.RESET:
            return answers and self.resets_after <= 0
        return self.fault in (Fault.LATENCY, Fault.SLOW) or (self.fault == Fault.HALF_OPEN and answers)


class _Ended(Exception):
    """One side has ended its part of the connection, or the wire has."""


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a router that fails does: without a word of goodbye."""
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() != -1:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
