"""Clients that keep the server waiting are ended, and hold up nobody else meanwhile."""

import os
import select
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from cli.local.homeroom import api_service
from cli.local.ports import free_ports
from models.database import Database
from models.repositories.exports import Period
from services.export_formats import ExportFormat
from services.exports import Exports, view_named
from tests.api.record import make_key
from tests.campus import ADMIN, LINK_SECRET
from tests.models.full_record import make_record
from tests.models.rows import NOON, Tenant
from tests.stack import DatabaseUrls, Running, TestPostgres

pytestmark = pytest.mark.adapter

PATIENCE = 30.0  # seconds in which a slow client is surely ended
PAUSE = 0.1  # seconds between two signs of life
IDLE, RATE = 1.5, 2_000  # the limits of the server under test: seconds, bytes per second
ROWS = 15_000  # a file of some 8 MB, which no buffer holds
DOWNLOADS = 8  # more than there are turns, and more than one organization may have open
_UTTERANCES = """
    insert into utterance (organization_id, id, session_id, identity, track_sid, starts_at, ends_at, text, words,
                           language, confidence, engine)
    select %s, gen_random_uuid(), %s, %s, 'TR_1', t, t + interval '1 second', repeat('word ', 60), '[]', 'en', 1, ''
    from generate_series(1, %s) as n, lateral (select %s::timestamptz + n * interval '1 second' as t)
"""


@dataclass(frozen=True)
class Town:
    """A server process with small limits, and two organizations with much to export."""

    urls: DatabaseUrls
    port: int
    tenants: tuple[Tenant, Tenant]
    keys: tuple[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, key: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=2 * PATIENCE,
            verify=False,  # loading certificates takes longer than a request
        )

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """With a small receive buffer, so that what is not read stays with the server."""
        with socket.socket() as made:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
            made.settimeout(PATIENCE)
            made.connect(("127.0.0.1", self.port))
            yield made

    def request(self, path: str, key: str = "", method: str = "GET", headers: str = "") -> bytes:
        credentials = f"Authorization: Bearer {key}\r\n" if key else ""
        return (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{credentials}{headers}\r\n".encode()
        )


@pytest.fixture(scope="module")
async def town(
    postgres_server: TestPostgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    urls = postgres_server.create_database(template=migrated_template)
    async with aclosing(Database(urls.application)) as database:
        tenants = await make_record(database, urls), await make_record(database, urls)
    with psycopg.connect(urls.superuser) as connection:
        for tenant in tenants:
            speaker = str(tenant["participant"]["id"])
            connection.execute(_UTTERANCES, [tenant.id, tenant.session_id, speaker, ROWS, NOON])
    port = free_ports("api")["api"]
    keys = make_key(urls, tenants[0]), make_key(urls, tenants[1])
    running = Running(
        api_service(_environ(urls, port), port), Path(tmp_path_factory.mktemp("slow")) / "api.log"
    )
    try:
        yield Town(urls, port, tenants, keys)
    finally:
        running.stop()


def _environ(urls: DatabaseUrls, port: int) -> dict[str, str]:
    settings = {
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ADMIN_TOKEN": ADMIN,
        "LINK_SECRETS": f'["{LINK_SECRET}"]',
        "DATABASE_URL": urls.application,
        "DATABASE_POOL_SIZE": "4",
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "LIVEKIT_URL": "http://127.0.0.1:1",
        "LIVEKIT_API_SECRET": LINK_SECRET,
        "OBJECT_STORE_URL": "memory:///",
        "CLIENT_HEADER_SECONDS": "1",
        "CLIENT_IDLE_SECONDS": str(IDLE),
        "CLIENT_MIN_RATE": str(RATE),
    }
    return os.environ | {f"HOMEROOM_{name}": value for name, value in settings.items()}


def test_headers_that_never_end_are_ended(town: Town) -> None:
    with town.connection() as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        assert b"408 Request Timeout" in drip(client, b"a")


def test_a_connection_that_says_nothing_is_ended(town: Town) -> None:
    with town.connection() as client:
        assert client.recv(100) == b""


def test_line_ends_after_an_answer_keep_no_connection_open(town: Town) -> None:
    with town.connection() as client:
        client.sendall(town.request("/healthz"))
        assert b'{"status":"ok"}' in drip(client, b"\r\n")


@pytest.mark.parametrize("path", ["/v1/students", "/v1/students/bulk"])
@pytest.mark.parametrize("length", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_a_body_byte_by_byte_is_ended(town: Town, path: str, length: str) -> None:
    headers = f"Content-Type: application/x-ndjson\r\n{length}\r\n"
    with town.connection() as client:
        client.sendall(town.request(path, town.keys[0], "POST", headers))
        piece = b"1\r\n \r\n" if "chunked" in length else b" "
        assert b"408 Request Timeout" in drip(client, piece)


def test_the_rest_of_a_body_that_was_answered_early_is_not_waited_for(town: Town) -> None:
    with town.connection() as client:
        client.sendall(town.request("/v1/exports", method="POST", headers="Content-Length: 60000\r\n"))
        assert b"405 Method Not Allowed" in drip(client, b" " * 1_000), (
            "fast enough for a body that is wanted"
        )


def test_idle_downloads_hold_up_nobody_and_are_ended(town: Town) -> None:
    idle_key, other_key = town.keys
    with ExitStack() as downloads:
        idle = [downloads.enter_context(town.connection()) for _ in range(DOWNLOADS)]
        for client in idle:
            client.sendall(town.request("/v1/exports/utterances.jsonl", idle_key))
        with town.client(other_key) as other, town.client(idle_key) as same:
            assert other.get("/v1/exports/utterances.jsonl").text.count("\n") > ROWS
            assert same.get("/v1/students").status_code == 200
            for client in idle:
                wait_until_reset(client)
            assert same.get("/v1/exports/utterances.jsonl").text.count("\n") > ROWS


def test_a_slow_client_that_keeps_reading_is_not_ended(town: Town) -> None:
    """It reads for several times the idle limit, then the rest to be sure that all of it comes."""
    pauses = int(4 * IDLE / PAUSE)
    with town.connection() as client:
        headers = "Connection: close\r\n"
        client.sendall(town.request("/v1/exports/utterances.csv", town.keys[0], headers=headers))
        received = bytearray()
        for _ in range(pauses):
            received += client.recv(4_096)
            select.select([], [], [], PAUSE)
        while chunk := client.recv(1 << 20):
            received += chunk
    assert received.endswith(b"\r\n0\r\n\r\n")


def test_a_slow_client_that_keeps_sending_is_not_ended(town: Town) -> None:
    row, pauses = b'{"name": "A student who takes long"}\n', int(4 * IDLE / PAUSE)
    piece = row * 10
    headers = f"Content-Type: application/x-ndjson\r\nContent-Length: {pauses * len(piece)}\r\n"
    with town.connection() as client:
        client.sendall(town.request("/v1/students/bulk?dry_run=true", town.keys[0], "POST", headers))
        for _ in range(pauses):
            client.sendall(piece)
            select.select([], [], [], PAUSE)
        received = b""
        while b"0\r\n\r\n" not in received:
            received += client.recv(1 << 16)
    assert b"200 OK" in received
    assert b'"done":true' in received


async def test_unread_exports_take_neither_turns_nor_connections(town: Town) -> None:
    """Without a server that would end them."""
    table, form = view_named("utterances"), ExportFormat.JSONL
    idle, other = town.tenants
    async with aclosing(Database(town.urls.application, pool_size=1)) as database:
        exports = Exports(database, most=2, downloads=3)
        unread = [await exports.begin(idle.id, table, form, Period()) for _ in range(3)]
        made = await exports.begin(other.id, table, form, Period())
        assert b"".join([piece async for piece in made.pieces()]).count(b"\n") > ROWS
        for export in unread:
            await export.aclose()


def drip(client: socket.socket, piece: bytes) -> bytes:
    """Send a piece again and again until the server ends the connection; returns what it has sent."""
    received = b""
    for _ in range(int(PATIENCE / PAUSE)):
        readable, _, _ = select.select([client], [], [], PAUSE)
        try:
            if readable:
                chunk = client.recv(10_000)
                received += chunk
                if not chunk:
                    return received
            client.sendall(piece)
        except ConnectionError:
            return received
    pytest.fail("the server still waits")


def wait_until_reset(client: socket.socket) -> None:
    poll = select.poll()
    poll.register(client, 0)  # errors and hang-ups only
    assert poll.poll(PATIENCE * 1_000), "the server still waits"
