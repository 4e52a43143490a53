"""Homeroom's own processes as services of the local stack: migrations, API, webhooks and workers."""

import json
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from cli.local.mail import project_root
from cli.local.process import Launch, StopPlan
from cli.local.service import Service, http_answers
from cli.local.temporal import run_temporal_cli
from workflows.queues import Queue, task_queue

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
    options = ["--host", "127.0.0.1", "--port", str(port)]
    options += ["--timeout-graceful-shutdown", str(_API_GRACE_SECONDS), "--no-access-log"]
    return Service(
        name=name,
        launch=lambda: _python(["-m", "uvicorn", application, "--factory", *options], environ),
        # 5xx counts as healthy: while the database is unavailable, a restart would not help.
        healthy=lambda process: http_answers(f"http://127.0.0.1:{port}/healthz", below=600),
        needs=INFRASTRUCTURE | {"migrate"},
        stop=((signal.SIGTERM, _API_GRACE_SECONDS + 3.0),),
        urls=urls,
    )


def worker_service(environ: Mapping[str, str], name: str) -> Service:
    """One of the worker processes in `WORKERS`."""
    region, queues = environ.get("HOMEROOM_REGION", "local"), WORKERS[name]
    arguments = [argument for queue in queues for argument in ("--queue", queue)]
    return Service(
        name=name,
        launch=lambda: _python(["-m", "worker", *arguments], environ),
        healthy=lambda process: all(
            _polls(process.pid, task_queue(region, queue), environ) for queue in queues
        ),
        needs=INFRASTRUCTURE | {"migrate"},
        stop=_WORKER_STOP,
        # While Temporal is unavailable, no worker polls, and a restart would not help.
        watched=False,
    )


def _polls(pid: int, queue: str, environ: Mapping[str, str]) -> bool:
    """Whether this process polls the task queue, according to Temporal; its identity starts with the pid."""
    done = run_temporal_cli(
        *("task-queue", "describe", "--task-queue", queue, "-o", "json"),
        *("--address", environ["HOMEROOM_TEMPORAL_ADDRESS"]),
        *("--namespace", environ.get("HOMEROOM_TEMPORAL_NAMESPACE", "homeroom")),
    )
    if done.returncode != 0:
        return False
    pollers = json.loads(done.stdout).get("pollers") or []
    return any(str(poller.get("identity", "")).startswith(f"{pid}@") for poller in pollers)


def _python(arguments: Sequence[str], environ: Mapping[str, str]) -> Launch:
    return Launch([sys.executable, *arguments], environ, project_root())
