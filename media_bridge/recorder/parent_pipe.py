"""The recorder process's side of the stdin and stdout pipes to its parent."""

import asyncio
import os
import sys
from contextlib import suppress

from pydantic import ValidationError

from media_bridge.recorder.config import Command, StartMessage
from media_bridge.recorder.reports import Report, TokenRequest, encode

_MAX_LINE = 1 << 20
EXIT_ORPHAN = 70
# A recorder whose worker has died goes on until another worker's recorder takes its place in the room, but not for
# longer than this: nobody could stop it.
ORPHAN_SECONDS = 600.0


class ParentPipe:
    """Sends reports, receives tokens and the stop command. The recorder may outlive its parent for a while."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._tokens: asyncio.Queue[str | None] = asyncio.Queue()
        self._parent_gone = False
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
        line = await self._reader.readline()
        if not line:
            os._exit(EXIT_ORPHAN)
        start_message = StartMessage.model_validate_json(line)
        if os.getppid() != start_message.parent_pid:
            os._exit(EXIT_ORPHAN)
        return start_message

    async def listen(self) -> None:
        """Handles the parent's commands until the process ends."""
        while line := await self._reader.readline():
            try:
                command = Command.model_validate_json(line)
            except ValidationError:
                continue
            if command.token:
                self._tokens.put_nowait(command.token)
            if command.stop:
                self.stop.set()
        self._parent_gone = True
        self._tokens.put_nowait(None)
        await asyncio.sleep(ORPHAN_SECONDS)
        self.stop.set()

    def send(self, report: Report) -> None:
        """Never blocks: reports for a parent that reads slowly are buffered in memory."""
        if not self._parent_gone:
            self._writer.write(encode(report))

    async def token(self) -> str | None:
        """Requests a fresh join token from the parent and waits for it; None if the parent is gone."""
        if self._parent_gone:
            return None
        while not self._tokens.empty():
            self._tokens.get_nowait()
        self.send(TokenRequest())
        return await self._tokens.get()

    async def flush(self, seconds: float) -> None:
        """Waits at most `seconds` until all reports are written to the pipe."""
        with suppress(TimeoutError, ConnectionError):
            await asyncio.wait_for(self._writer.drain(), seconds)
