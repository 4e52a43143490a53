"""The state of the stack, which the supervisor writes to `state.json` for other commands."""

import fcntl
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from cli.local.home import Home, write_private

ServiceStatus = Literal["waiting", "starting", "running", "restarting", "done", "stopped", "outside"]
Phase = Literal["starting", "running", "stopping", "stopped"]


class ServiceState(BaseModel):
    name: str
    status: ServiceStatus
    pid: int | None = None
    since: datetime | None = None
    restarts: int = 0
    last_exit: str | None = None
    urls: dict[str, str] = {}


class StackState(BaseModel):
    supervisor_pid: int
    phase: Phase
    started_at: datetime
    ports: dict[str, int]
    outside: dict[str, str] = {}
    """Services replaced by outside servers, with the variable that names the server."""
    given: list[str] = []
    """Settings that came from the environment of `homeroom up`."""
    services: list[ServiceState] = []
    problem: str | None = None
    """Why the stack gave up, if it did."""

    def service(self, name: str) -> ServiceState:
        """Raises KeyError."""
        for service in self.services:
            if service.name == name:
                return service
        raise KeyError(name)

    @property
    def settled(self) -> bool:
        """Whether all services are up."""
        return self.phase == "running" and all(
            service.status in ("running", "done", "outside") for service in self.services
        )


def read_state(home: Home) -> StackState | None:
    """The last written state; None if there is none or it is unreadable."""
    try:
        return StackState.model_validate_json(home.state_file.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def write_state(home: Home, state: StackState) -> None:
    write_private(home.state_file, state.model_dump_json(indent=2) + "\n")


def supervisor_lives(home: Home) -> bool:
    """Whether the supervisor's lock is held. A stored pid may belong to another process by now."""
    try:
        with home.lock_file.open("r") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(handle, fcntl.LOCK_UN)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
