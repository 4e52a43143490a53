"""The recorder process's side of the stdin and stdout pipes to its parent."""

import asyncio
import ctypes
import os
import signal
import sys
from contextlib import suppress

from pydantic import ValidationError

from media_bridge.recorder.config import Command, StartMessage
from media_bridge.recorder.reports import Report, TokenRequest, encode

_PR_SET_PDEATHSIG = 1
_MAX_LINE = 1 << 20
EXIT_ORPHAN = 70


def die_with_parent() -> None:
    """Asks Linux to kill this process when the thread that spawned it ends. Elsewhere it ends when stdin closes."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class ParentPipe:
    """Sends reports, receives tokens and the stop command. Ends the process at once when the parent is gone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._tokens: asyncio.Queue[str] = asyncio.Queue()
        self.stop = asyncio.Event()

    @classmethod
    async def open(cls) -> "ParentPipe":
        """Takes over stdin and stdout; what libraries print goes to stderr."""
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=_MAX_LINE)
        out = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, out)
        transport.set_write_buffer_limits(high=0)  # so that drain() waits for the last byte
        return cls(reader, asyncio.StreamWriter(transport, protocol, None, loop))

    async def start_message(self) -> StartMessage:
        """Reads the first line of stdin. Ends the process if another process has become its parent."""
        start_message = StartMessage.model_validate_json(await self._line())
        if os.getppid() != start_message.parent_pid:
            os._exit(EXIT_ORPHAN)
        return start_message

    async def listen(self) -> None:
        """Handles the parent's commands until the process ends."""
        while True:
            try:
                command = Command.model_validate_json(await self._line())
            except ValidationError:
                continue
            if command.token:
                self._tokens.put_nowait(command.token)
            if command.stop:
                self.stop.set()

    def send(self, report: Report) -> None:
        """Never blocks: reports for a parent that reads slowly are buffered in memory."""
        self._writer.write(encode(report))

    async def token(self) -> str:
        """Requests a fresh join token from the parent and waits for it."""
        while not self._tokens.empty():
            self._tokens.get_nowait()
        self.send(TokenRequest())
        return await self._tokens.get()

    async def flush(self, seconds: float) -> None:
        """Waits at most `seconds` until all reports are written to the pipe."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._writer.drain(), seconds)

    async def _line(self) -> bytes:
        line = await self._reader.readline()
        if not line:
            os._exit(EXIT_ORPHAN)
        return line
