"""Runs a local stack of its own through the command line, as a user would."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cli.local.home import Home
from cli.local.ports import PREFERRED
from cli.local.state import StackState, read_state, write_state

_NO_PROCESS = 2**22 + 1  # above every id that Linux gives


@dataclass(frozen=True)
class StackUnderTest:
    home: Home

    @classmethod
    def new(cls, root: Path) -> Self:
        """Stopped, with ports of this test worker: stacks of two that start at once would choose the same."""
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        ports = {name: usual + 10 * worker for name, usual in PREFERRED.items()}
        home = Home(root)
        home.make()
        state = StackState(
            supervisor_pid=_NO_PROCESS, phase="stopped", started_at=datetime.now(UTC), ports=ports
        )
        write_state(home, state)
        return cls(home)

    def run(self, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        """Run `homeroom …` with this home and no other HOMEROOM_* settings than the given ones."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")}
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            env={**inherited, "HOMEROOM_HOME": str(self.home.root), **environ},
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def up(self, *services: str, **environ: str) -> StackState:
        done = self.run("up", "--only", ",".join(services), **environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.state()

    def down(self) -> None:
        done = self.run("down")
        assert done.returncode == 0, done.stdout + done.stderr

    def kill(self, service: str) -> datetime:
        """SIGKILL; returns a moment at which the service still ran."""
        state = self.state().service(service)
        assert state.pid is not None
        now = datetime.now(UTC)
        os.kill(state.pid, signal.SIGKILL)
        return now

    @contextmanager
    def frozen(self, service: str) -> Iterator[None]:
        """SIGSTOP until the block ends: the service keeps its connections and answers nothing."""
        state = self.state().service(service)
        assert state.pid is not None
        os.kill(state.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(state.pid, signal.SIGCONT)

    def state(self) -> StackState:
        state = read_state(self.home)
        assert state is not None
        return state


def is_running(pid: int) -> bool:
    """Whether the process runs; a zombie, which some containers never reap, does not."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return fields[0] != "Z"
