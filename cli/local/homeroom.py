"""Homeroom's own processes as services of the local stack: migrations, API, webhooks and workers."""

import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from cli.local.mail import project_root
from cli.local.process import Launch, StopPlan
from cli.local.service import Service, http_answers
from workflows.queues import Queue

WORKERS: Final[Mapping[str, Sequence[Queue]]] = {
    "worker-sessions": (Queue.SESSIONS, Queue.NOTICES),
    "worker-capture": (Queue.CAPTURE,),
    "worker-transcription": (Queue.TRANSCRIPTION,),
}
"""The worker processes, and the task queues that each works on."""
INFRASTRUCTURE: Final = frozenset({"postgres", "temporal", "livekit", "mail"})
# Time for a worker's activities to end or hand over, and for the API's open streams to close.
_WORKER_STOP: Final[StopPlan] = ((signal.SIGTERM, 20.0),)
_API_GRACE_SECONDS: Final = 3
# A process that imports for long on a busy machine would only take longer if it were started again.
_START_SECONDS: Final = 150.0
# A transcript may be late, a recording may not: the speech engine takes the cores that the recorders leave.
_NICENESS: Final[Mapping[str, int]] = {"worker-transcription": 10}


def migrate_service(environ: Mapping[str, str], *, database: bool, temporal: bool) -> Service:
    """Runs `homeroom migrate` and ends."""
    switches = [
        "--database" if database else "--no-database",
        "--temporal" if temporal else "--no-temporal",
    ]
    return Service(
        name="migrate",
        launch=lambda: _python(["-m", "cli.main", "migrate", *switches], environ),
        healthy=lambda process: process.poll() == 0,
        needs=frozenset({"postgres", "temporal"}),
        start_seconds=300,
        one_shot=True,
    )


def api_service(environ: Mapping[str, str], port: int) -> Service:
    return _uvicorn_service("api", "server:create_app", environ, port, {"web": f"http://127.0.0.1:{port}"})


def webhooks_service(environ: Mapping[str, str], port: int) -> Service:
    """A separate process for LiveKit's webhooks."""
    return _uvicorn_service("webhooks", "server:create_webhooks", environ, port, {})


def _uvicorn_service(
    name: str, application: str, environ: Mapping[str, str], port: int, urls: Mapping[str, str]
) -> Service:
    options = ["--http", "server:LimitedConnection", "--host", "127.0.0.1", "--port", str(port)]
    options += [
        "--timeout-graceful-shutdown",
        str(_API_GRACE_SECONDS),
        "--no-access-log",
        "--no-proxy-headers",
    ]
    return Service(
        name=name,
        launch=lambda: _python(["-m", "uvicorn", application, "--factory", *options], environ),
        # 5xx counts as healthy: while the database is unavailable, a restart would not help.
        healthy=lambda process: http_answers(f"http://127.0.0.1:{port}/healthz", below=600),
        needs=INFRASTRUCTURE | {"migrate"},
        stop=((signal.SIGTERM, _API_GRACE_SECONDS + 3.0),),
        start_seconds=_START_SECONDS,
        urls=urls,
    )


def worker_service(environ: Mapping[str, str], name: str, ready_file: Path) -> Service:
    """One of the worker processes in `WORKERS`, which writes its id to `ready_file` once it polls its queues.

    To ask Temporal for its pollers again and again would take a core from the workers that are starting.
    """
    arguments = [argument for queue in WORKERS[name] for argument in ("--queue", queue)]

    def launch() -> Launch:
        ready_file.unlink(missing_ok=True)
        program = _python(["-m", "worker", *arguments, "--ready-file", str(ready_file)], environ)
        return replace(program, niceness=_NICENESS.get(name, 0))

    return Service(
        name=name,
        launch=launch,
        healthy=lambda process: _is_ready(process.pid, ready_file),
        needs=INFRASTRUCTURE | {"migrate"},
        stop=_WORKER_STOP,
        start_seconds=_START_SECONDS,
        # While Temporal is unavailable, no worker polls, and a restart would not help.
        watched=False,
    )


def _is_ready(pid: int, ready_file: Path) -> bool:
    try:
        return ready_file.read_text().strip() == str(pid)
    except OSError:
        return False


def _python(arguments: Sequence[str], environ: Mapping[str, str]) -> Launch:
    return Launch([sys.executable, *arguments], environ, project_root())
