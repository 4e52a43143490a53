"""The request id and author of a request, for its logs and the change log; and its access log line."""

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
    """The caller's X-Request-Id if it is well-formed, else a new id."""
    sent = headers.get(HEADER)
    return sent.decode() if sent and _ACCEPTED.fullmatch(sent) else uuid7().hex


def enter_request(request_id: str) -> Authorship:
    """Attribute what this task logs and writes to the request; the author is `nobody` until authentication."""
    author = Authorship(request_id, "nobody")
    authorship.set(author)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return author


def log_request(method: str, route: str | None, status: int, actor: str, started: float) -> None:
    """Log the request. `route` is the pattern, since a path holds personal ids and links; `started`: perf_counter()."""
    if logger.isEnabledFor(logging.INFO):
        took = round((time.perf_counter() - started) * 1000, 1)
        fields = {"method": method, "route": route, "status": status, "actor": actor, "ms": took}
        logger.info("request", extra=fields)
