"""Structured logs: static messages with keys, JSON lines in production, colour on a terminal. No personal data."""

import logging
import sys
from collections.abc import Callable

import orjson
import structlog


def _dumps(event: object, default: Callable[[object], object], **_: object) -> str:
    return orjson.dumps(event, default=default).decode()


def log_formatter(*, as_json: bool) -> logging.Formatter:
    """Writes a record with its keys, as a JSON line or for a terminal."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(serializer=_dumps) if as_json else structlog.dev.ConsoleRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def configure_logging(level: str, *, as_json: bool) -> None:
    """Sets up the root logger to write to stderr at `level`, as JSON lines or for a terminal."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(log_formatter(as_json=as_json))
    # No log line contains thread or process, so the standard library need not look them up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "uvicorn.access", "livekit"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
