"""What the supervisor must know of a part of the stack, and the signs of life it asks for."""

import http.client
import signal
import socket
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cli.local.process import Launch, Process, StopPlan

GENTLY: StopPlan = ((signal.SIGTERM, 10.0),)


class SetupError(Exception):
    """The machine lacks something; the text says what, and what to do next."""


@dataclass(frozen=True)
class Service:
    """One part of the stack: a process that stays, or, with `one_shot`, one that must end with 0."""

    name: str
    launch: Callable[[], Launch]
    """Called before each start; may prepare files. Raises SetupError."""
    healthy: Callable[[Process], bool]
    """One look, at most about a second; never raises for a server that is not there yet."""
    needs: frozenset[str] = frozenset()
    """Names of services that must serve before this one starts, where they are part of the run."""
    once_healthy: Callable[[], None] | None = None
    stop: StopPlan = GENTLY
    start_seconds: float = 60.0
    """How long it may take until it serves, before it counts as failed."""
    watched: bool = True
    """Whether silence of a living process counts as its death."""
    one_shot: bool = False
    urls: Mapping[str, str] = field(default_factory=dict)
    """What to show a person: label to URL."""


def tcp_answers(port: int, host: str = "127.0.0.1") -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def http_answers(url: str, *, below: int = 300) -> bool:
    """Whether it answers with a status below the given one."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=1)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < below
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
