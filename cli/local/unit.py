"""One service under supervision: started, watched, and started again with growing pauses."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cli.local.process import Process, describe_exit
from cli.local.service import Service
from cli.local.state import ServiceState, ServiceStatus

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_STEADY_SECONDS: Final = 60.0  # who runs this long starts over with the shortest pause
_PROBE_EVERY: Final = 5.0
_SILENCE_SECONDS: Final = 60.0


class Unit:
    """`tick` moves it on; it never blocks longer than one probe or the service's own set-up."""

    def __init__(self, service: Service, log: Path, say: Callable[[str], None]) -> None:
        self.service = service
        self.status: ServiceStatus = "waiting"
        self.process: Process | None = None
        self.failed_starts = 0
        """In a row, without ever having served."""
        self._log, self._say = log, say
        self._restarts, self._pause, self._entered = 0, _FIRST_PAUSE, time.monotonic()
        self._since = datetime.now(UTC)
        self._last_exit: str | None = None
        self._probe_at = self._heard = 0.0

    @property
    def serves(self) -> bool:
        return self.status in ("running", "done")

    def start(self, now: float) -> None:
        try:
            process = Process(self.service.name, self.service.launch(), self._log)
            process.start()
        except Exception as problem:
            self._failed(str(problem), now)
            return
        self.process = process
        self._enter("starting", now)

    def tick(self, now: float) -> None:
        if self.status == "starting":
            self._tick_starting(now)
        elif self.status == "running":
            self._tick_running(now)
        elif self.status == "restarting" and now - self._entered >= self._pause:
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            self._restarts += 1
            self.start(now)

    def stopped(self) -> None:
        """The supervisor has stopped it."""
        if self.status != "done":
            self._enter("stopped", time.monotonic())

    def state(self) -> ServiceState:
        alive = self.process is not None and self.status in ("starting", "running")
        return ServiceState(
            name=self.service.name,
            status=self.status,
            pid=self.process.pid if self.process and alive else None,
            since=self._since,
            restarts=self._restarts,
            last_exit=self._last_exit,
            urls=dict(self.service.urls),
        )

    def _tick_starting(self, now: float) -> None:
        process = self._running_process()
        code = process.poll()
        if self.service.one_shot and code == 0:
            self._enter("done", now)
        elif code is not None:
            self._failed(describe_exit(code), now)
        elif self._looks_healthy(process):
            try:
                if self.service.once_healthy:
                    self.service.once_healthy()
            except Exception as problem:
                process.stop(self.service.stop)
                self._failed(str(problem), now)
                return
            self.failed_starts = 0
            self._heard = self._probe_at = now
            self._enter("running", now)
        elif now - self._entered > self.service.start_seconds:
            process.kill()
            self._failed(f"did not serve within {self.service.start_seconds:.0f} s", now)

    def _tick_running(self, now: float) -> None:
        process = self._running_process()
        code = process.poll()
        if code is not None:
            self._ended(describe_exit(code), now)
            return
        if now - self._entered > _STEADY_SECONDS:
            self._pause = _FIRST_PAUSE
        if self.service.watched and now >= self._probe_at:
            self._probe_at = now + _PROBE_EVERY
            if self._looks_healthy(process):
                self._heard = now
            elif now - self._heard > _SILENCE_SECONDS:
                process.kill()
                self._ended(f"did not answer for {_SILENCE_SECONDS:.0f} s", now)

    def _looks_healthy(self, process: Process) -> bool:
        try:
            return self.service.healthy(process)
        except Exception as problem:
            self._say(f"{self.service.name}: its probe failed: {type(problem).__name__}: {problem}")
            return False

    def _failed(self, why: str, now: float) -> None:
        self.failed_starts += 1
        self._ended(why, now)

    def _ended(self, why: str, now: float) -> None:
        self._last_exit = why
        self._enter("restarting", now)
        self._say(f"{self.service.name}: ended ({why}); it starts again in {self._pause:g} s")

    def _enter(self, status: ServiceStatus, now: float) -> None:
        took = now - self._entered
        self.status, self._entered, self._since = status, now, datetime.now(UTC)
        if status in ("running", "done"):
            self._say(f"{self.service.name}: {status} after {took:.1f} s")

    def _running_process(self) -> Process:
        assert self.process is not None
        return self.process
