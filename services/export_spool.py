"""A temporary file that one task writes while another reads it, each at its own speed."""

import asyncio
import tempfile
import threading
from collections.abc import AsyncGenerator

from domain.errors import Unavailable

_CHUNK = 256 * 1024  # bytes


class Spool:
    """Has one writer and one reader. The file has no name, so that no crash leaves it behind."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._in_use = threading.Lock()  # a thread may still be at work when its task is cancelled
        self._size = 0
        self._ended = False
        self._error: Exception | None = None
        self._changed = asyncio.Event()

    async def append(self, piece: bytes) -> None:
        """Raises Unavailable if the disk is full."""
        try:
            await asyncio.to_thread(self._write, piece)
        except OSError as error:
            raise Unavailable("there is no space for the export") from error
        self._size += len(piece)
        self._changed.set()

    def end(self, error: Exception | None = None) -> None:
        """Nothing follows. The reader gets `error` after what was written before."""
        self._ended, self._error = True, error
        self._changed.set()

    async def has_content(self) -> bool:
        """Wait for the first piece; False if there is none. Raises the error that came before it."""
        return await self._wait_beyond(0)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        position = 0
        while await self._wait_beyond(position):
            chunk = await asyncio.to_thread(self._read, position)
            position += len(chunk)
            yield chunk

    @property
    def is_closed(self) -> bool:
        return self._file.closed

    def close(self) -> None:
        """Free the space; what is appended afterwards is dropped."""
        with self._in_use:
            self._file.close()

    async def _wait_beyond(self, position: int) -> bool:
        """Wait until the file is longer; False if it ended without an error and is not."""
        while self._size <= position and not self._ended:
            self._changed.clear()
            await self._changed.wait()
        if self._size > position:
            return True
        if self._error is not None:
            raise self._error
        return False

    def _write(self, piece: bytes) -> None:
        with self._in_use:
            if not self._file.closed:
                self._file.seek(0, 2)
                self._file.write(piece)

    def _read(self, position: int) -> bytes:
        with self._in_use:
            self._file.seek(position)
            return self._file.read(_CHUNK)
