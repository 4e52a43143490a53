"""Each request has an id, in its answer, its log line, the log of changes and the commands it gives to workflows."""

import logging
import re
import time
from collections.abc import Mapping
from typing import Final

import structlog
from uuid_utils.compat import uuid7

from models.authorship import Authorship, authorship

HEADER: Final = b"x-request-id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9._-]{1,128}")

logger = logging.getLogger("api.access")


def request_id_of(headers: Mapping[bytes, bytes]) -> str:
    """The caller's own id where it has a sound one."""
    given = headers.get(HEADER)
    return given.decode() if given and _ACCEPTED.fullmatch(given) else uuid7().hex


def enter_request(request_id: str) -> Authorship:
    """From here on what this task logs and writes is of this request."""
    author = Authorship(request_id, "nobody")
    authorship.set(author)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return author


def log_request(method: str, route: str | None, status: int, actor: str, started: float) -> None:
    """`route` is the pattern, never the path: its ids and links are people's. `started` is of `perf_counter`."""
    if logger.isEnabledFor(logging.INFO):
        took = round((time.perf_counter() - started) * 1000, 1)
        told = {"method": method, "route": route, "status": status, "actor": actor, "ms": took}
        logger.info("request", extra=told)
