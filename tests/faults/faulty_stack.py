"""All of Homeroom on the real servers, with a wire that fails before each of them, and processes that can be killed.

The API and the worker of classes and messages are processes of their own. Recorders and the transcription run in this
process, without sound from the room: a recording is a clip of speech again and again.
"""

import asyncio
import json
import os
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client
from temporalio.worker import Worker

from activities.failures import FailureInterceptor
from activities.transcription import TranscriptionActivities
from cli.local.mail import project_root
from cli.local.ports import free_ports
from cli.local.process import Launch
from cli.local.service import Service, http_answers
from models.database import Database
from models.migrate import upgrade
from storage.object_store import open_store
from tests.faults.recorder import RecorderOfClips, WordsOfClips
from tests.faults.wire import Fault, Wire
from tests.stack import (
    DatabaseUrls,
    Running,
    TestLiveKit,
    TestMail,
    TestPostgres,
    TestS3,
    TestTemporal,
    start_livekit,
    start_mail,
    start_s3,
)
from wiring.temporal import connect
from workflows.queues import Queue, task_queue

ADMIN = "the-operator's-token"
REGION = "faults"
_SECRET = "a-secret-of-thirty-two-characters-or-more"
_BLOCK = 512  # bytes that a full disk still takes


@dataclass
class FaultyStack:
    urls: DatabaseUrls
    wires: dict[str, Wire]  # by the server that each leads to
    temporal: Client
    temporal_server: Running
    livekit: TestLiveKit
    mail: TestMail
    store: TestS3
    api: Running
    worker: Running
    api_url: str  # over the wire to the API

    def fill_disk(self, is_full: bool) -> None:
        """The disk of the object store takes no audio, or takes it again."""
        unlimited = resource.RLIM_INFINITY
        soft = _BLOCK if is_full else unlimited
        resource.prlimit(self.store.running.pid, resource.RLIMIT_FSIZE, (soft, unlimited))

    async def restart(self, process: Running, *, only_dead: bool = False) -> None:
        """Kill a process as a crash does, and start it again, as often as it takes."""
        if only_dead and process.process.alive and process.service.healthy(process.process):
            return
        process.kill()
        while True:
            with suppress(RuntimeError, TimeoutError):  # a server that it needs does not answer
                await asyncio.to_thread(process.start)
                return


@asynccontextmanager
async def faulty_stack(
    folder: Path, postgres: TestPostgres, temporal: TestTemporal
) -> AsyncIterator[FaultyStack]:
    urls = postgres.create_database()
    await asyncio.to_thread(upgrade, urls.owner)
    port = free_ports("api")["api"]
    async with AsyncExitStack() as stack:
        wires = {
            name: await stack.enter_async_context(Wire("127.0.0.1", port)) for name in ("webhooks", "api")
        }
        livekit = await asyncio.to_thread(
            start_livekit,
            _made(folder / "livekit"),
            webhook_urls=(f"http://127.0.0.1:{wires['webhooks'].own_port}/v1/livekit/webhooks",),
        )
        stack.callback(livekit.stop)
        mail = await asyncio.to_thread(start_mail, _made(folder / "mail"))
        stack.callback(mail.running.stop)
        store = await asyncio.to_thread(start_s3, _made(folder / "store"))
        stack.callback(store.running.stop)
        servers = {
            "postgres": urls.application,
            "temporal": f"tcp://{temporal.address}",
            "livekit": livekit.url,
            "smtp": mail.smtp_url,
            "store": store.endpoint,
        }
        for name, url in servers.items():
            wires[name] = await stack.enter_async_context(Wire.to(url))
        bucket = store.create_bucket(f"faults-{port}")
        environ = _environ(port, urls, temporal, livekit, wires, servers)
        client = await connect(temporal.address, temporal.namespace)
        options = store.options | {
            "aws_endpoint": wires["store"].over(store.endpoint),
            "allow_http": "true",
            "timeout": "5s",
        }
        await stack.enter_async_context(
            _recording(client, wires["postgres"].over(urls.application), bucket, options)
        )
        api = await asyncio.to_thread(_api, environ, port, folder)
        stack.callback(api.kill)
        worker = await asyncio.to_thread(_worker, environ, folder)
        stack.callback(worker.kill)
        api_url = f"http://127.0.0.1:{wires['api'].own_port}"
        try:
            yield FaultyStack(
                urls, wires, client, temporal.running, livekit, mail, store, api, worker, api_url
            )
        finally:
            for wire in wires.values():  # what stops would wait for an answer over it
                wire.misbehave(Fault.NONE)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _environ(
    port: int,
    urls: DatabaseUrls,
    temporal: TestTemporal,
    livekit: TestLiveKit,
    wires: dict[str, Wire],
    servers: dict[str, str],
) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")}
    return inherited | {
        "HOMEROOM_REGION": REGION,
        "HOMEROOM_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HOMEROOM_ADMIN_TOKEN": ADMIN,
        "HOMEROOM_LINK_SECRETS": json.dumps([_SECRET]),
        "HOMEROOM_DATABASE_URL": wires["postgres"].over(urls.application),
        "HOMEROOM_TEMPORAL_ADDRESS": f"127.0.0.1:{wires['temporal'].own_port}",
        "HOMEROOM_TEMPORAL_NAMESPACE": temporal.namespace,
        "HOMEROOM_LIVEKIT_URL": wires["livekit"].over(servers["livekit"]),
        "HOMEROOM_LIVEKIT_PUBLIC_URL": livekit.ws_url,
        "HOMEROOM_LIVEKIT_API_KEY": livekit.api_key,
        "HOMEROOM_LIVEKIT_API_SECRET": livekit.api_secret,
        "HOMEROOM_SMTP_URL": wires["smtp"].over(servers["smtp"]),
        "HOMEROOM_OBJECT_STORE_URL": "memory:///",  # these two processes read no audio
        "HOMEROOM_RATE_LIMIT": "1000000/minute",
        "HOMEROOM_OPEN_RATE_LIMIT": "1000000/minute",
    }


@asynccontextmanager
async def _recording(
    client: Client, database_url: str, bucket: str, options: dict[str, str]
) -> AsyncIterator[None]:
    store = open_store(bucket, options)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(aclosing(Database(database_url, pool_size=5, patience=2)))
        recorder = RecorderOfClips(database, store)
        transcription = TranscriptionActivities(database, store, WordsOfClips())
        for queue, activity in (
            (Queue.CAPTURE, recorder.capture),
            (Queue.TRANSCRIPTION, transcription.transcribe),
        ):
            worker = Worker(
                client,
                task_queue=task_queue(REGION, queue),
                activities=[activity],
                interceptors=[FailureInterceptor()],
            )
            await stack.enter_async_context(worker)
        yield


def _api(environ: dict[str, str], port: int, folder: Path) -> Running:
    argv = [sys.executable, "-m", "uvicorn", "server:create_app", "--factory", "--port", str(port)]
    argv += ["--http", "server:LimitedConnection", "--no-access-log", "--no-proxy-headers"]
    service = Service(
        "api",
        lambda: Launch(argv, environ, project_root()),
        healthy=lambda _: http_answers(f"http://127.0.0.1:{port}/healthz", below=600),
        start_seconds=180,
    )
    return Running(service, folder / "api.log")


def _worker(environ: dict[str, str], folder: Path) -> Running:
    ready = folder / "worker-ready"

    def launch() -> Launch:
        with suppress(FileNotFoundError):
            ready.unlink()
        queues = [word for queue in (Queue.SESSIONS, Queue.NOTICES) for word in ("--queue", queue.value)]
        argv = [sys.executable, "-m", "worker", *queues, "--ready-file", str(ready)]
        return Launch(argv, environ, project_root())

    service = Service("worker", launch, healthy=lambda _: ready.exists(), start_seconds=180)
    return Running(service, folder / "worker.log")
