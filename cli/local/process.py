"""Child processes that the kernel ends when their parent dies."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cli.local import launched

StopPlan = tuple[tuple[signal.Signals, float], ...]
"""Signals to send in order, each with the seconds to wait for the process to end; then SIGKILL."""


@dataclass(frozen=True)
class Launch:
    """How to start a process. `environ` is its complete environment."""

    argv: Sequence[str]
    environ: Mapping[str, str]
    cwd: Path
    ids: tuple[int, int] | None = None
    """User and group id to run under; None is the caller's own."""
    death_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends when the parent dies, however it dies."""
    niceness: int = 0
    """How far the process steps back for others, up to 19."""
    most_memory: int | None = None
    """Bytes that it, and each process that it starts, may have for itself; a request for more fails. None: no limit."""


@dataclass
class Process:
    """A process that can be started once, from a thread that lives on: the kernel watches that thread."""

    name: str
    launch: Launch
    log: Path
    _popen: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Raises OSError if the program cannot be run."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(
                _command(self.launch),
                env=dict(self.launch.environ),
                cwd=self.launch.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        if self._popen is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._popen.pid

    def poll(self) -> int | None:
        """The exit code (negative: the signal), or None while it runs."""
        return self._popen.poll() if self._popen else None

    @property
    def alive(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def kill(self) -> None:
        if self._popen and self.alive:
            self._popen.kill()
            self._popen.wait()

    def stop(self, plan: StopPlan) -> None:
        """Stop the process and wait for its end."""
        if self._popen is None:
            return
        for signal_number, seconds in plan:
            if self._popen.poll() is not None:
                return
            self._popen.send_signal(signal_number)
            try:
                self._popen.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
            return
        self.kill()

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        return tail(self.log, lines)


def stop_together(stops: Sequence[tuple[Process, StopPlan]]) -> None:
    """Stop all concurrently; returns when all have ended."""
    if stops:
        with ThreadPoolExecutor(len(stops)) as pool:
            list(pool.map(lambda pair: pair[0].stop(pair[1]), stops))


def tail(path: Path, lines: int) -> str:
    """The last lines of a file; empty if it is missing."""
    try:
        with path.open("rb") as handle:
            handle.seek(0, os.SEEK_END)
            handle.seek(max(0, handle.tell() - 200 * lines))
            text = handle.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def describe_exit(code: int) -> str:
    """An exit code as text, such as `exit 1` or `SIGKILL`."""
    if code >= 0:
        return f"exit {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _command(launch: Launch) -> list[str]:
    """The program behind what its process does first.

    That is a script of its own, as a function that runs between fork and exec can wait for ever for what another
    thread held at the fork. Raises FileNotFoundError for a program that is not there.
    """
    if shutil.which(launch.argv[0], path=launch.environ.get("PATH", os.defpath)) is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), launch.argv[0])
    settings = {
        "parent": os.getpid(),
        "death_signal": launch.death_signal,
        "niceness": launch.niceness,
        "ids": launch.ids,
        "most_memory": launch.most_memory,
    }
    return [sys.executable, "-I", "-S", launched.__file__, json.dumps(settings), *launch.argv]
