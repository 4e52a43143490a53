"""Supervises a recorder process: starts it, reads its reports, and starts it again when it dies."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

import media_bridge
from domain.errors import Unavailable
from media_bridge.recorder.config import Command, RecorderConfig, StartMessage, resumed_config
from media_bridge.recorder.deaf_tracks import EXIT_DEAF
from media_bridge.recorder.reports import (
    Ended,
    EndReason,
    Heartbeat,
    Report,
    SegmentStored,
    TokenRequest,
    decode,
)

RESPAWN_SECONDS = 1.0  # before a process that replaces one that died without a heartbeat
MAX_DEATHS_WITHOUT_HEARTBEAT = 5
SILENCE_SECONDS = 10.0  # a process that reports nothing for this long hangs
LAST_LOOK_SECONDS = 0.5  # for what came while this process itself was suspended
START_SECONDS = 30.0  # until the first report of a process: a busy machine takes long to load what it needs
STOP_SECONDS = 12.0
NEXT_SPARE_SECONDS = (
    5.0  # after a spare was taken: what the next one imports must not delay its joining the room
)
_EXIT_SECONDS = 1.0  # from the end of its reports to the end of the process
_MAX_LINE = 1 << 20
_ROOT = Path(media_bridge.__file__).parent.parent

OnReport = Callable[[Report], Awaitable[None]]


@dataclass(frozen=True)
class RecorderResult:
    """How a recording ended, with counts of segments and restarts."""

    reason: EndReason
    segments: int = 0  # stored
    left_in_spool: int = 0
    respawns: int = 0


class SpareRecorder:
    """Keeps one recorder process ready that has imported what it needs and waits for its session."""

    def __init__(self) -> None:
        self._starting: asyncio.Task[Process] | None = None
        self._next: asyncio.TimerHandle | None = None

    def prepare(self) -> None:
        """Starts the spare process in the background, if there is none."""
        if self._starting is None:
            self._starting = asyncio.create_task(_start_process())

    async def take(self) -> Process:
        """A process that waits for its start message; the next spare is prepared a little later."""
        starting, self._starting = self._starting, None
        process = await starting if starting is not None else await _start_process()
        if process.returncode is not None:
            process = await _start_process()
        self._cancel_next()
        self._next = asyncio.get_running_loop().call_later(NEXT_SPARE_SECONDS, self.prepare)
        return process

    async def aclose(self) -> None:
        self._cancel_next()
        starting, self._starting = self._starting, None
        if starting is not None:
            await _end_process(await starting)

    def _cancel_next(self) -> None:
        if self._next is not None:
            self._next.cancel()


class RecorderProcess:
    """Records one session in a child process. `mint` returns a fresh join token for the session's recorder."""

    def __init__(
        self,
        config: RecorderConfig,
        mint: Callable[[], str],
        *,
        spare: SpareRecorder | None = None,
        log_level: str = "WARNING",
    ) -> None:
        self._config, self._mint, self._log_level = config, mint, log_level
        self._take_process = spare.take if spare is not None else _start_process
        self._stopping = asyncio.Event()
        self._process: Process | None = None
        self._result = RecorderResult(EndReason.STOPPED)
        self._deaths_without_heartbeat = 0  # processes in a row that died without a heartbeat

    @property
    def pid(self) -> int | None:
        """Process id of the running child, None if none runs."""
        return self._process.pid if self._process else None

    async def run(self, on_report: OnReport) -> RecorderResult:
        """Records until stop() is called, the room is deleted or another recorder takes over.

        `on_report` is awaited for each report in turn; an error it raises ends the recording. Raises Unavailable when
        the process dies repeatedly before its first heartbeat. When cancelled, it stops the process cleanly first,
        which takes up to STOP_SECONDS, and still passes on the last reports.
        """
        following = asyncio.create_task(self._follow_until_ended(on_report))
        try:
            return await asyncio.shield(following)
        except asyncio.CancelledError:
            await self.stop()
            await asyncio.wait({following}, timeout=STOP_SECONDS)
            raise
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await self._kill()

    async def stop(self) -> None:
        """Asks the process to finish; run() returns when it has, or kills it after STOP_SECONDS."""
        self._stopping.set()
        self._command(Command(stop=True))

    async def _follow_until_ended(self, on_report: OnReport) -> RecorderResult:
        while True:
            ended = await self._follow_process(on_report)
            if ended is not None:
                return replace(self._result, reason=ended.reason, left_in_spool=ended.left_in_spool)
            if self._stopping.is_set():
                return self._result
            if self._deaths_without_heartbeat >= MAX_DEATHS_WITHOUT_HEARTBEAT:
                raise Unavailable("the recorder process ends before it begins")
            self._result = replace(self._result, respawns=self._result.respawns + 1)
            if self._deaths_without_heartbeat:
                await asyncio.sleep(RESPAWN_SECONDS)

    async def _follow_process(self, on_report: OnReport) -> Ended | None:
        """Runs one process to its end; returns its last report, None if it died."""
        process = await self._spawn()
        self._deaths_without_heartbeat += 1
        ended, patience = None, START_SECONDS
        try:
            while (report := await self._next_report(process, patience)) is not None:
                patience = SILENCE_SECONDS
                if isinstance(report, TokenRequest):
                    self._command(Command(token=self._mint()))
                    continue
                self._update_result(report)
                ended = report if isinstance(report, Ended) else ended
                await on_report(report)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _EXIT_SECONDS)
            if process.returncode == EXIT_DEAF:
                self._config = self._config.model_copy(update={"restart_when_deaf": False})
        finally:
            await self._kill()
        return ended

    def _update_result(self, report: Report) -> None:
        if isinstance(report, SegmentStored):
            self._result = replace(self._result, segments=self._result.segments + 1)
        elif isinstance(report, Heartbeat):
            self._deaths_without_heartbeat = 0
            self._config = resumed_config(self._config, report.safe_until, "recorder_died")

    async def _next_report(self, process: Process, patience: float) -> Report | None:
        """The next report, None when the process is dead or silent for `patience` seconds."""
        assert process.stdout is not None
        while True:
            seconds = STOP_SECONDS if self._stopping.is_set() else patience
            try:
                line = await _line(process.stdout, seconds)
            except TimeoutError:
                return None
            if not line:
                return None
            with suppress(ValidationError):
                return decode(line)

    async def _spawn(self) -> Process:
        self._process = process = await self._take_process()
        start_message = StartMessage(
            config=self._config,
            recorder_id=uuid4().hex[:12],
            parent_pid=os.getpid(),
            log_level=self._log_level,
        )
        self._write(start_message.model_dump_json())
        if self._stopping.is_set():
            self._command(Command(stop=True))
        return process

    def _command(self, command: Command) -> None:
        self._write(command.model_dump_json())

    def _write(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(ConnectionError, RuntimeError):
                self._process.stdin.write(line.encode() + b"\n")

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await _end_process(process)


async def _line(stream: asyncio.StreamReader, seconds: float) -> bytes:
    """The next line; empty at the end of the stream. Raises TimeoutError when none has come within `seconds`.

    A process that was suspended for longer finds its timer due before it has read what came meanwhile, so it looks
    once more.
    """
    with suppress(TimeoutError):
        return await asyncio.wait_for(stream.readline(), seconds)
    return await asyncio.wait_for(stream.readline(), LAST_LOOK_SECONDS)


async def _start_process() -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "media_bridge.recorder"),
        stdin=PIPE,
        stdout=PIPE,
        limit=_MAX_LINE,
        env=_environment(),
    )


async def _end_process(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _environment() -> dict[str, str]:
    """The parent's environment without Homeroom's settings, since the process decodes media from outside: the only
    secrets it holds are those in its start message."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HOMEROOM_")}
    kept.setdefault("MALLOC_ARENA_MAX", "2")  # many threads, little to do: a tenth less memory
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, [str(_ROOT), kept.get("PYTHONPATH")]))}
