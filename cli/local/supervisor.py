"""The supervisor process: starts, watches and stops the services of a local stack.

python -m cli.local.supervisor --home DIR [--only postgres,temporal]
"""

import argparse
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from cli.local.credentials import load_credentials
from cli.local.env_file import write_env_file
from cli.local.environment import given_settings, outside_services, stack_settings
from cli.local.home import Home
from cli.local.ports import choose_ports
from cli.local.process import stop_together
from cli.local.services import build_services, select
from cli.local.state import Phase, ServiceState, StackState, read_state, write_state
from cli.local.unit import Unit

_TICK_SECONDS: Final = 0.1
_MAX_FAILED_STARTS: Final = 3


class AlreadySupervisedError(Exception):
    """Another supervisor runs for this home."""


class Supervisor:
    """Runs in the main thread, because the kernel ends child processes with the thread that started them."""

    def __init__(self, home: Home, only: Collection[str], say: Callable[[str], None]) -> None:
        """Raises AlreadySupervisedError, or ValueError for an unknown name in `only`."""
        names = select(only)
        home.make()
        self._home, self._say = home, say
        self._lock = _lock(home)
        previous = read_state(home)
        if previous:
            _wait_for_survivors(previous)
        given = given_settings(home, os.environ)
        credentials = load_credentials(home)
        ports = choose_ports(previous.ports if previous else {})
        settings = stack_settings(home, ports, credentials, given)
        write_env_file(home, settings)
        services = build_services(home, names, ports, credentials, settings, given)
        self._units = [Unit(service, home.log(service.name), say) for service in services]
        self._names = {service.name for service in services}
        outside = {name: given[by] for name, by in outside_services(given).items()}
        self._state = StackState(
            supervisor_pid=os.getpid(),
            phase="starting",
            started_at=datetime.now(UTC),
            ports=ports,
            outside=outside_services(given),
            given=sorted(given),
        )
        self._outside = [
            ServiceState(name=name, status="outside", urls={"server": _without_password(url)})
            for name, url in outside.items()
        ]
        self._stop_requested = False
        self._published = ""

    def request_stop(self) -> None:
        self._stop_requested = True

    def run(self) -> int:
        """Supervise until a stop is requested; returns 0, or 1 if a service cannot be started at all."""
        self._publish("starting")
        problem: str | None = None
        while not self._stop_requested and not problem:
            now = time.monotonic()
            for unit in self._units:
                if unit.status == "waiting" and self._may_start(unit):
                    unit.start(now)
                unit.tick(now)
            if self._state.phase == "starting":
                problem = self._start_failure()
                if all(unit.serves for unit in self._units):
                    self._say("everything is up")
                    self._state.phase = "running"
            self._publish(self._state.phase)
            time.sleep(_TICK_SECONDS)
        self._state.problem = problem
        self._stop()
        return 1 if problem else 0

    def _may_start(self, unit: Unit) -> bool:
        needs = unit.service.needs & self._names
        return all(other.serves for other in self._units if other.service.name in needs)

    def _start_failure(self) -> str | None:
        for unit in self._units:
            if unit.failed_starts >= _MAX_FAILED_STARTS:
                name, state = unit.service.name, unit.state()
                log = unit.process.tail() if unit.process else ""
                return f"{name} does not start: {state.last_exit}\n{log}".strip()
        return None

    def _stop(self) -> None:
        """Stop all services, each after those that need it."""
        self._publish("stopping")
        remaining = [unit for unit in self._units if unit.status != "stopped"]
        while remaining:
            needed = set().union(*(unit.service.needs for unit in remaining))
            next_units = [unit for unit in remaining if unit.service.name not in needed] or remaining
            stop_together([(unit.process, unit.service.stop) for unit in next_units if unit.process])
            for unit in next_units:
                unit.stopped()
            remaining = [unit for unit in remaining if unit not in next_units]
            self._publish("stopping")
        self._say("everything has stopped")
        self._publish("stopped")

    def _publish(self, phase: Phase) -> None:
        self._state.phase = phase
        self._state.services = [*(unit.state() for unit in self._units), *self._outside]
        text = self._state.model_dump_json()
        if text != self._published:
            write_state(self._home, self._state)
            self._published = text


def supervise(home: Home, only: Collection[str], say: Callable[[str], None]) -> int:
    """Run a supervisor in this process until SIGTERM or SIGINT; returns the exit code."""
    supervisor = Supervisor(home, only, say)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.request_stop())
    return supervisor.run()


def _lock(home: Home) -> IO[str]:
    handle = home.lock_file.open("w")
    for _ in range(20):  # other commands hold it briefly to check it
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return handle
    raise AlreadySupervisedError(f"Another supervisor is already running for {home.root}.")


def _wait_for_survivors(previous: StackState, seconds: float = 5.0) -> None:
    """Wait for the children of a killed supervisor to end and free their ports."""
    end = time.monotonic() + seconds
    pids = [service.pid for service in previous.services if service.pid]
    while time.monotonic() < end and any(_is_program(pid) for pid in pids):
        time.sleep(0.05)


def _is_program(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""  # empty for a zombie
    except OSError:
        return False


def _without_password(url: str) -> str:
    return url.split("@")[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()

    def say(text: str) -> None:
        print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}", flush=True)

    only = [name for name in arguments.only.split(",") if name]
    try:
        sys.exit(supervise(Home(arguments.home.resolve()), only, say))
    except AlreadySupervisedError as problem:
        say(str(problem))
        sys.exit(1)


if __name__ == "__main__":
    main()
