"""Time limits for slow clients: uvicorn's HTTP protocol, which ends connections that keep the server waiting.

uvicorn waits without end for the rest of a request's headers and body, and for a client that takes nothing of its
response. Headers have a number of seconds as a whole. A body and a response have an allowance of seconds, which waiting
uses up and each byte that moves refills: who pauses for too long is cut off, and so is who sends or takes a byte now
and then. Only the time in which the client is the one that is waited for counts.
"""

import asyncio
import fcntl
import logging
import os
import socket
import struct
import termios
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.http.problems import problem_response

_CHECKS_PER_LIMIT = 8
_MAX_INTERVAL = 2.0  # seconds between two looks at a connection

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClientLimits:
    """`idle_seconds` without a byte end a body or a response, and so does a lasting rate below `min_rate`."""

    header_seconds: float
    idle_seconds: float
    min_rate: float  # bytes per second

    @property
    def interval(self) -> float:
        """Seconds between two looks at a connection."""
        return min(_MAX_INTERVAL, min(self.header_seconds, self.idle_seconds) / _CHECKS_PER_LIMIT)


class _Allowance:
    """Seconds for which a client may still keep the server waiting."""

    def __init__(self, limits: ClientLimits) -> None:
        self._limits = limits
        self._seconds = limits.idle_seconds

    def reset(self) -> None:
        self._seconds = self._limits.idle_seconds

    def spend(self, seconds: float, moved: int) -> bool:
        """Count `seconds` of waiting in which `moved` bytes came or went; False if nothing is left."""
        refilled = self._seconds + moved / self._limits.min_rate
        self._seconds = min(self._limits.idle_seconds, refilled) - seconds
        return self._seconds > 0


class _Awaited(Enum):
    """What of a request the client has to send next."""

    HEADERS = auto()
    BODY = auto()
    NOTHING = auto()  # uvicorn itself ends connections that stay idle between two requests


class ClientConnection(HttpToolsProtocol):
    """A connection of uvicorn with time limits. Its time limits are looked at in intervals, not after each byte."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: ClientLimits,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self._awaited = _Awaited.HEADERS
        self._header_seconds = 0.0
        self._head_began = False
        self._received = 0  # bytes since the last look
        self._sending, self._taking = _Allowance(limits), _Allowance(limits)
        self._taken: int | None = (
            None  # bytes that the client had taken at the last look, while some wait for it
        )
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._counted = _CountingTransport(transport)
        super().connection_made(self._counted)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._awaited is not _Awaited.BODY:  # also for line ends before a request, which the parser skips
            self._await_headers(began=True)
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._await_headers(began=True)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._awaited = _Awaited.BODY
        self._sending.reset()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._awaited = _Awaited.NOTHING
        self._header_seconds = 0.0
        super().on_message_complete()

    def _await_headers(self, *, began: bool) -> None:
        self._awaited = _Awaited.HEADERS
        self._head_began = began

    def _look_later(self) -> None:
        self._look = self.loop.call_later(self._limits.interval, self._look_at_client)

    def _look_at_client(self) -> None:
        """End the connection if the client is too slow.

        The interval is what counts, not the time since the last look: a busy process is not the client's fault.
        """
        received, self._received = self._received, 0
        if not self._takes_in_time():
            self._log("response")
            self._counted.abort()
        elif not self._counted.is_closing():
            self._end_late_request(received)
        self._look_later()

    def _takes_in_time(self) -> bool:
        waiting, taken = self._counted.progress()
        before, self._taken = self._taken, taken if waiting else None
        if not waiting:
            self._taking.reset()
            return True
        return self._taking.spend(self._limits.interval, 0 if before is None else taken - before)

    def _end_late_request(self, received: int) -> None:
        if self.flow.read_paused:  # the server is the one that is slow
            return
        if self._awaited is _Awaited.HEADERS:
            self._header_seconds += self._limits.interval
            if self._header_seconds >= self._limits.header_seconds:
                self._log("headers")
                self._end_with_problem(wanted=self._head_began and self._is_between_responses())
        elif self._awaited is _Awaited.BODY and not self.cycle.waiting_for_100_continue:
            if self.cycle.response_complete:  # nobody waits for the rest of this body
                self._header_seconds += self._limits.interval
            in_time = self._sending.spend(self._limits.interval, received)
            if not in_time or self._header_seconds >= self._limits.header_seconds:
                self._log("body")
                self._end_with_problem(wanted=not self.cycle.response_started and not self.pipeline)

    def _is_between_responses(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _end_with_problem(self, *, wanted: bool) -> None:
        """Close the connection, at first with an answer if one is wanted and no other is under way."""
        if wanted:
            self._counted.write(_TOO_SLOW)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True  # what the application still sends comes after the end
            self.cycle.message_event.set()
        self._counted.close()

    def _log(self, part: str) -> None:
        logger.info("connection ended: the client is too slow", extra={"part": part})


class _CountingTransport(asyncio.Transport):
    """Passes everything on to another transport, and counts the bytes that are written."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._written = 0

    def progress(self) -> tuple[int, int]:
        """How many bytes wait to be sent, and how many the client has taken if there are any."""
        waiting = self._transport.get_write_buffer_size()
        if not waiting:
            return 0, 0
        return waiting, self._written - waiting - self._unacknowledged()

    def _unacknowledged(self) -> int:
        """Bytes in the kernel's send buffer. It takes megabytes at once from us, and long to be taken by the client."""
        descriptor, answer = self._descriptor(), bytearray(4)
        if descriptor is None:
            return 0
        try:
            fcntl.ioctl(descriptor, termios.TIOCOUTQ, answer)
        except OSError:  # a system that does not say
            return 0
        size: int = struct.unpack("i", answer)[0]
        return size

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._written += len(data)
        self._transport.write(data)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._transport.close()

    def abort(self) -> None:
        """Close at once. The kernel too gives up what it has yet to deliver, which it would keep for minutes."""
        descriptor = self._descriptor()
        if descriptor is not None:
            with socket.socket(fileno=os.dup(descriptor)) as duplicate:
                duplicate.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def _descriptor(self) -> int | None:
        found = self._transport.get_extra_info("socket")
        descriptor = -1 if found is None else found.fileno()
        return descriptor if descriptor >= 0 else None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._transport.get_protocol()

    def is_reading(self) -> bool:
        return self._transport.is_reading()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def get_write_buffer_size(self) -> int:
        return self._transport.get_write_buffer_size()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)


def _too_slow() -> bytes:
    answer = problem_response(
        408,
        "request-timeout",
        "The request took too long to arrive",
        "its headers or its body came too slowly",
        "Send it again, over a faster connection if there is one.",
        headers={"Connection": "close", "Cache-Control": "no-store"},
    )
    headers = b"".join(b"%b: %b\r\n" % pair for pair in answer.raw_headers)
    return b"HTTP/1.1 408 Request Timeout\r\n" + headers + b"\r\n" + bytes(answer.body)


_TOO_SLOW = _too_slow()
