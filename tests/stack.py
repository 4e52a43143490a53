"""The real servers that adapter and end-to-end tests run against, each started at most once per test run.

State lies in memory (/dev/shm) where there is such a folder. Servers end with the test process.
"""

import itertools
import json
import secrets
import shutil
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from cli.local import go_tools
from cli.local.database import APPLICATION, OWNER, Passwords, create_database, ensure_roles, limit_readers
from cli.local.livekit import LiveKitServer, livekit_service
from cli.local.mail import MailSink, mail_service
from cli.local.ports import free_ports
from cli.local.postgres import FAST_AND_UNSAFE, Cluster, postgres_service
from cli.local.process import Launch, Process
from cli.local.service import Service, http_answers
from cli.local.temporal import TemporalServer, temporal_service


@dataclass
class Running:
    """A service that was started and serves; can be killed and started again on the same port and data."""

    service: Service
    log: Path
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def start(self) -> None:
        """Returns when it serves. Raises RuntimeError with the end of its log when it does not."""
        self.process = Process(self.service.name, self.service.launch(), self.log)
        self.process.start()
        wait_until(
            lambda: not self.process.alive or self.service.healthy(self.process),
            seconds=self.service.start_seconds,
            what=f"{self.service.name} serves",
        )
        if not self.process.alive:
            raise RuntimeError(f"{self.service.name} ended ({self.process.poll()}): {self.process.tail()}")
        if self.service.once_healthy:
            self.service.once_healthy()

    def stop(self) -> None:
        self.process.stop(self.service.stop)

    def kill(self) -> None:
        """SIGKILL, as a crash."""
        self.process.kill()

    def restart(self) -> None:
        """SIGKILL, then start again."""
        self.kill()
        self.start()


def wait_until(condition: Callable[[], bool], *, seconds: float = 30, what: str = "it holds") -> None:
    """For conditions outside this process, which no event announces. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:.0f} s until {what}")
        time.sleep(0.02)


@dataclass(frozen=True)
class DatabaseUrls:
    name: str
    owner: str
    """As the role that runs migrations."""
    application: str
    """As the role the application uses; row-level security applies."""
    superuser: str


@dataclass
class TestPostgres:
    __test__ = False

    running: Running
    cluster: Cluster
    passwords: Passwords
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def urls(self, name: str) -> DatabaseUrls:
        return DatabaseUrls(
            name=name,
            owner=self.cluster.url(name, OWNER, self.passwords.owner),
            application=self.cluster.url(name, APPLICATION, self.passwords.application),
            superuser=self.cluster.superuser_url(name),
        )

    def create_database(self, name: str | None = None, *, template: str = "template1") -> DatabaseUrls:
        """A fresh database, empty or a copy of `template` (35 ms; nobody may be connected to it)."""
        name = name or f"test_{next(self._numbers)}"
        with psycopg.connect(self.cluster.superuser_url(), autocommit=True) as connection:
            create_database(connection, name, template)
            if template == "template1":  # a copy of a database has its rights
                limit_readers(connection, name)
        return self.urls(name)

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.cluster.superuser_url(), autocommit=True) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')


@dataclass
class TestTemporal:
    __test__ = False

    running: Running
    server: TemporalServer

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def namespace(self) -> str:
        return self.server.namespace

    def kill(self) -> None:
        self.running.kill()

    def restart(self) -> None:
        self.running.restart()


@dataclass
class TestLiveKit:
    __test__ = False

    running: Running
    server: LiveKitServer

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def ws_url(self) -> str:
        return self.server.url.replace("http:", "ws:")

    @property
    def api_key(self) -> str:
        return self.server.api_key

    @property
    def api_secret(self) -> str:
        return self.server.api_secret

    def kill(self) -> None:
        self.running.kill()

    def start(self) -> None:
        self.running.start()

    def restart(self) -> None:
        """SIGKILL and start on the same ports: it has forgotten its rooms."""
        self.running.restart()

    def stop(self) -> None:
        """At once: asked to end, it would wait for its rooms to empty."""
        self.running.kill()


@dataclass
class TestMail:
    __test__ = False

    running: Running
    sink: MailSink

    @property
    def smtp_url(self) -> str:
        return self.sink.smtp_url

    @property
    def url(self) -> str:
        return self.sink.url

    def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        """The latest first: id, recipients, sender, subject, text, html, headers, attachments."""
        query = f"?{urllib.parse.urlencode({'to': to})}" if to else ""
        with urllib.request.urlopen(f"{self.url}/api/messages{query}", timeout=10) as answer:
            return list(json.load(answer))

    def raw(self, message: Mapping[str, Any]) -> bytes:
        """The mail as it was sent."""
        with urllib.request.urlopen(f"{self.url}/messages/{message['id']}/raw", timeout=10) as answer:
            return bytes(answer.read())

    def wait_for(self, to: str, *, count: int = 1, seconds: float = 30) -> list[dict[str, Any]]:
        wait_until(lambda: len(self.messages(to)) >= count, seconds=seconds, what=f"{count} mail to {to}")
        return self.messages(to)

    def clear(self) -> None:
        request = urllib.request.Request(f"{self.url}/api/messages", method="DELETE")
        urllib.request.urlopen(request, timeout=10).close()


@dataclass
class TestS3:
    __test__ = False

    running: Running
    endpoint: str
    access_key: str
    secret_key: str
    folder: Path

    def create_bucket(self, name: str) -> str:
        """The URL of the store: `s3://name`."""
        (self.folder / name).mkdir()
        return f"s3://{name}"

    @property
    def options(self) -> dict[str, str]:
        """For `obstore`; plain HTTP also needs `client_options={"allow_http": True}`."""
        return {
            "aws_endpoint": self.endpoint,
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            "aws_region": "us-east-1",
            "aws_virtual_hosted_style_request": "false",
        }


def start_postgres(folder: Path, settings: Mapping[str, str] = FAST_AND_UNSAFE) -> TestPostgres:
    cluster = Cluster(folder / "pg", free_ports("postgres")["postgres"], settings)
    running = Running(postgres_service(cluster, ""), folder / "postgres.log")
    passwords = Passwords(owner=secrets.token_urlsafe(12), application=secrets.token_urlsafe(12))
    ensure_roles(cluster.superuser_url(), passwords)
    return TestPostgres(running, cluster, passwords)


def start_temporal(folder: Path) -> TestTemporal:
    ports = free_ports("temporal", "temporal_ui")
    server = TemporalServer(folder, ports["temporal"], ports["temporal_ui"])
    return TestTemporal(Running(temporal_service(server), folder / "temporal.log"), server)


def start_livekit(
    folder: Path, *, webhook_urls: tuple[str, ...] = (), address: str = "127.0.0.1"
) -> TestLiveKit:
    ports = free_ports("livekit", "livekit_udp")
    server = LiveKitServer(
        folder=folder,
        port=ports["livekit"],
        udp_port=ports["livekit_udp"],
        api_key="homeroom",
        api_secret=secrets.token_urlsafe(32),
        webhook_urls=webhook_urls,
        find_binary=lambda: go_tools.livekit_server(print),
        address=address,
    )
    return TestLiveKit(Running(livekit_service(server), folder / "livekit.log"), server)


def start_mail(folder: Path) -> TestMail:
    ports = free_ports("smtp", "mailbox")
    sink = MailSink(folder / "mail", ports["smtp"], ports["mailbox"])
    return TestMail(Running(mail_service(sink), folder / "mail.log"), sink)


def start_s3(folder: Path) -> TestS3:
    port, data = free_ports("s3")["s3"], folder / "buckets"
    access, secret = "homeroom-test", secrets.token_urlsafe(24)
    data.mkdir()

    def launch() -> Launch:
        options = (
            "--access",
            access,
            "--secret",
            secret,
            "--port",
            f"127.0.0.1:{port}",
            "--health",
            "/health",
        )
        binary = str(go_tools.versitygw(print))
        return Launch([binary, *options, "posix", str(data)], {"PATH": "/usr/bin:/bin"}, folder)

    endpoint = f"http://127.0.0.1:{port}"
    service = Service("s3", launch, healthy=lambda _: http_answers(f"{endpoint}/health"), start_seconds=30)
    return TestS3(Running(service, folder / "s3.log"), endpoint, access, secret, data)


@contextmanager
def temporary_folder(name: str, *, on_disk: bool = False) -> Iterator[Path]:
    """In memory where the machine has such a folder."""
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() and not on_disk else None
    path = Path(tempfile.mkdtemp(prefix=f"homeroom-{name}-", dir=where))
    path.chmod(0o711)  # Postgres passes through as another user
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)  # some files are another user's
