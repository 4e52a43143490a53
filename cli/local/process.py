"""Child processes that the kernel ends when their parent dies."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

StopPlan = tuple[tuple[signal.Signals, float], ...]
"""Signals to send in order, each with the seconds to wait for the process to end; then SIGKILL."""

_PR_SET_PDEATHSIG: Final = 1


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
        launch = self.launch
        identity = {"user": launch.ids[0], "group": launch.ids[1], "extra_groups": []} if launch.ids else {}
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(
                list(launch.argv),
                env=dict(launch.environ),
                cwd=launch.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_before_program(launch),
                **identity,  # type: ignore[call-overload]
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


def _before_program(launch: Launch) -> Callable[[], None]:
    """What the child does before it becomes the program."""
    die_with_parent = _die_with_parent(launch.death_signal)

    def in_child() -> None:
        die_with_parent()
        os.nice(launch.niceness)

    return in_child


def _die_with_parent(number: signal.Signals) -> Callable[[], None]:
    if sys.platform != "linux":
        return lambda: None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def in_child() -> None:
        # Set after the change of user, which would clear the setting.
        libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return in_child
