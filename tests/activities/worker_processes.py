"""Real worker processes, for tests that need what a process does by itself."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from cli.local.mail import project_root
from cli.local.process import Launch, Process
from tests.activities.school_rows import SECRET
from tests.campus import School
from tests.stack import DatabaseUrls, TestTemporal


def rows(opened: School, query: LiteralString) -> list[tuple[Any, ...]]:
    """What a query finds whose one parameter is the organization."""
    with psycopg.connect(opened.campus.database.superuser) as connection:
        return connection.execute(query, [opened.id]).fetchall()


def worker_environ(region: str, temporal: TestTemporal, database: DatabaseUrls) -> dict[str, str]:
    """Of a worker that reaches no LiveKit server."""
    return dict(os.environ) | {
        "HOMEROOM_REGION": region,
        "HOMEROOM_ADMIN_TOKEN": "unused",
        "HOMEROOM_LINK_SECRETS": json.dumps([SECRET]),
        "HOMEROOM_DATABASE_URL": database.application,
        "HOMEROOM_TEMPORAL_ADDRESS": temporal.address,
        "HOMEROOM_TEMPORAL_NAMESPACE": temporal.namespace,
        "HOMEROOM_LIVEKIT_URL": "http://127.0.0.1:1",
        "HOMEROOM_OBJECT_STORE_URL": "memory:///",
    }


@contextmanager
def worker_process(environ: dict[str, str], log: Path, *queues: str) -> Iterator[Process]:
    """A worker on these task queues, which ends with the block."""
    argv = [sys.executable, "-m", "worker", *(word for queue in queues for word in ("--queue", queue))]
    process = Process("worker", Launch(argv, environ, project_root()), log)
    process.start()
    try:
        yield process
    finally:
        process.kill()
