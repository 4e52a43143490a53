"""The definition of a service for the supervisor, and health probes."""

import http.client
import signal
import socket
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cli.local.process import Launch, Process, StopPlan

DEFAULT_STOP: StopPlan = ((signal.SIGTERM, 10.0),)


class SetupError(Exception):
    """Something is missing on this machine; the text says what it is and what to do."""


@dataclass(frozen=True)
class Service:
    """A part of the stack: a process that keeps running, or with `one_shot` one that must exit with 0."""

    name: str
    launch: Callable[[], Launch]
    """Called before each start; may prepare files. Raises SetupError."""
    healthy: Callable[[Process], bool]
    """A health probe. Takes at most about a second, and returns False for a server that is not up yet."""
    needs: frozenset[str] = frozenset()
    """Names of services that must be up first, if they are part of the run."""
    once_healthy: Callable[[], None] | None = None
    """Set-up after the first successful probe of each start. An exception counts as a failed start."""
    stop: StopPlan = DEFAULT_STOP
    start_seconds: float = 60.0
    """Seconds from start to the first successful probe, after which the start has failed."""
    watched: bool = True
    """Whether a running process is restarted when its probes keep failing."""
    one_shot: bool = False
    urls: Mapping[str, str] = field(default_factory=dict)
    """Addresses to show: label to URL."""


def tcp_answers(port: int, host: str = "127.0.0.1") -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def http_answers(url: str, *, below: int = 300) -> bool:
    """Whether the URL answers with a status below `below`."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=1)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < below
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
