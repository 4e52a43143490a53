"""A supervised service: started, probed, and restarted with growing pauses."""

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
_STABLE_SECONDS: Final = 60.0  # after running this long, the next restart has the shortest pause again
_PROBE_INTERVAL: Final = 5.0
_MAX_SILENCE: Final = 60.0  # seconds of failing probes after which the process is restarted


class Unit:
    """A state machine that `tick` advances. It blocks no longer than one probe or the service's set-up."""

    def __init__(self, service: Service, log: Path, say: Callable[[str], None]) -> None:
        self.service = service
        self.status: ServiceStatus = "waiting"
        self.process: Process | None = None
        self.failed_starts = 0
        """Consecutive starts that never became healthy."""
        self._log, self._say = log, say
        self._restarts, self._pause, self._status_since = 0, _FIRST_PAUSE, time.monotonic()
        self._since = datetime.now(UTC)
        self._last_exit: str | None = None
        self._probe_at = self._last_healthy = 0.0

    @property
    def serves(self) -> bool:
        return self.status in ("running", "done")

    def start(self, now: float) -> None:
        try:
            process = Process(self.service.name, self.service.launch(), self._log)
            process.start()
        except Exception as problem:
            self._failed_start(str(problem), now)
            return
        self.process = process
        self._set_status("starting", now)

    def tick(self, now: float) -> None:
        if self.status == "starting":
            self._tick_starting(now)
        elif self.status == "running":
            self._tick_running(now)
        elif self.status == "restarting" and now - self._status_since >= self._pause:
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            self._restarts += 1
            self.start(now)

    def stopped(self) -> None:
        """Note that the supervisor has stopped the process."""
        if self.status != "done":
            self._set_status("stopped", time.monotonic())

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
            self._set_status("done", now)
        elif code is not None:
            self._failed_start(describe_exit(code), now)
        elif self._looks_healthy(process):
            try:
                if self.service.once_healthy:
                    self.service.once_healthy()
            except Exception as problem:
                process.stop(self.service.stop)
                self._failed_start(str(problem), now)
                return
            self.failed_starts = 0
            self._last_healthy = self._probe_at = now
            self._set_status("running", now)
        elif now - self._status_since > self.service.start_seconds:
            process.kill()
            self._failed_start(f"did not serve within {self.service.start_seconds:.0f} s", now)

    def _tick_running(self, now: float) -> None:
        process = self._running_process()
        code = process.poll()
        if code is not None:
            self._ended(describe_exit(code), now)
            return
        if now - self._status_since > _STABLE_SECONDS:
            self._pause = _FIRST_PAUSE
        if self.service.watched and now >= self._probe_at:
            self._probe_at = now + _PROBE_INTERVAL
            if self._looks_healthy(process):
                self._last_healthy = now
            elif now - self._last_healthy > _MAX_SILENCE:
                process.kill()
                self._ended(f"did not answer for {_MAX_SILENCE:.0f} s", now)

    def _looks_healthy(self, process: Process) -> bool:
        try:
            return self.service.healthy(process)
        except Exception as problem:
            self._say(f"{self.service.name}: its probe failed: {type(problem).__name__}: {problem}")
            return False

    def _failed_start(self, reason: str, now: float) -> None:
        self.failed_starts += 1
        self._ended(reason, now)

    def _ended(self, reason: str, now: float) -> None:
        self._last_exit = reason
        self._set_status("restarting", now)
        self._say(f"{self.service.name}: ended ({reason}); restarting in {self._pause:g} s")

    def _set_status(self, status: ServiceStatus, now: float) -> None:
        took = now - self._status_since
        self.status, self._status_since, self._since = status, now, datetime.now(UTC)
        if status in ("running", "done"):
            self._say(f"{self.service.name}: {status} after {took:.1f} s")

    def _running_process(self) -> Process:
        assert self.process is not None
        return self.process
