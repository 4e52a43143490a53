"""The application as it is deployed, on the real parts, and a school that uses it."""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import psycopg
import uvicorn
from fastapi import FastAPI
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.slow_clients import ClientConnection
from cli.local.ports import free_ports
from config.settings import Settings
from models.changes import listen
from models.database import Database
from models.tables import metadata
from server import client_limits, create_app
from signing.links import LinkSigner
from tests.http_clients import http_client
from tests.links import console_url, token_of
from tests.stack import DatabaseUrls, TestPostgres

ADMIN = "the-operator's-token"
LINK_SECRET = "a-secret-of-thirty-two-characters-or-more"
HOUR = timedelta(hours=1)
PATIENCE = 30  # seconds until a test gives up on something that should come

Json = dict[str, Any]


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """They belong to the test run."""
        yield


@asynccontextmanager
async def serving(settings: Settings, grace: int = 3) -> AsyncIterator[FastAPI]:
    """The application at its public URL. When it stops it waits `grace` seconds for those it still answers."""
    app = application(settings)
    async with serving_app(app, settings, grace):
        yield app


@asynccontextmanager
async def serving_app(
    app: FastAPI, settings: Settings, grace: int = 3, *, lifespan: Literal["on", "off"] = "on"
) -> AsyncIterator[None]:
    """This application at its public URL; `lifespan` is off for one that has been started already."""
    port = urlsplit(settings.public_url).port
    assert port is not None

    class Connection(ClientConnection):
        def __init__(self, *uvicorn: Any, **named: Any) -> None:
            super().__init__(*uvicorn, limits=client_limits(settings), **named)

    config = uvicorn.Config(
        app,
        port=port,
        http=Connection,
        ws="none",
        log_config=None,
        timeout_graceful_shutdown=grace,
        lifespan=lifespan,
        proxy_headers=False,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve())
    try:
        await server.up.wait()
        yield
    finally:
        server.should_exit = True
        await running


def settings_for(database: DatabaseUrls, **parts: object) -> Settings:
    """With a port of its own; parts that are not given are nowhere."""
    port = free_ports("api")["api"]
    nowhere = {
        "temporal_address": "127.0.0.1:1",
        "livekit_url": "http://127.0.0.1:1",
        "smtp_url": "smtp://127.0.0.1:1",
    }
    return Settings.model_validate(
        {
            "region": f"api-{port}",
            "public_url": f"http://127.0.0.1:{port}",
            "admin_token": ADMIN,
            "allow_private_addresses": True,
            "link_secrets": [LINK_SECRET],
            "database_url": database.application,
            "livekit_api_secret": LINK_SECRET,
            "object_store_url": "memory:///",
            "rate_limit": "1000000/minute",
            "open_rate_limit": "1000000/minute",
        }
        | nowhere
        | parts
    )


@asynccontextmanager
async def house_on(server: TestPostgres, template: str, **parts: object) -> AsyncIterator["Campus"]:
    """The application on a new database, with nothing else of the stack but these parts of the settings."""
    urls = server.create_database(template=template)
    settings = settings_for(urls, **parts)
    async with serving(settings) as app:
        yield Campus(settings, urls, app)


def application(settings: Settings, create: Callable[[Settings], FastAPI] = create_app) -> FastAPI:
    """Made with the log handlers of the test run kept."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        return create(settings)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@dataclass(frozen=True)
class Campus:
    settings: Settings
    database: DatabaseUrls
    app: FastAPI

    @property
    def url(self) -> str:
        return self.settings.public_url

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return http_client(self.url, headers)

    def browser(self) -> httpx.AsyncClient:
        """Asks for pages, keeps cookies and follows redirects."""
        headers = {"Accept": "text/html", "Origin": self.url}
        return http_client(self.url, headers, follow_redirects=True)

    @property
    def links(self) -> LinkSigner:
        return LinkSigner([LINK_SECRET], self.url)

    def console_url(self, organization_id: UUID, path: str = "/today", lasts: timedelta = HOUR) -> str:
        return console_url(self.links, organization_id, path, lasts)

    def rows(self, organization_id: UUID) -> Counter[str]:
        """How many rows an organization has, by table; without those that a running session keeps writing."""
        with psycopg.connect(self.database.superuser) as connection:
            return Counter(
                {
                    table: _count(connection, table, organization_id)
                    for table, columns in metadata.tables.items()
                    if "organization_id" in columns.c and table not in ("timeline", "notice", "change_log")
                }
            )


def _count(connection: "psycopg.Connection[Any]", table: str, organization_id: UUID) -> int:
    query = sql.SQL("select count(*) from {} where organization_id = %s").format(sql.Identifier(table))
    row = connection.execute(query, [organization_id]).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True)
class School:
    """An organization with an instructor, two students with a guardian each, and a course they are enrolled in."""

    campus: Campus
    id: UUID
    api: httpx.AsyncClient
    ids: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, body: Any = None) -> Json:
        answer = await self.api.post(path, json=body)
        assert answer.is_success, answer.text
        made: Json = answer.json() if answer.content else {}
        return made

    async def get(self, path: str) -> Any:
        answer = await self.api.get(path)
        assert answer.is_success, answer.text
        return answer.json()

    async def change(self, path: str, body: Json) -> None:
        """Changes a record whatever its version."""
        answer = await self.api.patch(path, json=body, headers={"if-match": "*"})
        assert answer.is_success, answer.text

    async def vouch(self, domain: str) -> None:
        """As the operator: the mail domain is the school's own."""
        async with self.campus.client(ADMIN) as operator:
            answer = await operator.put(f"/v1/organizations/{self.id}/domains/{domain}")
        assert answer.status_code == 204, answer.text

    def booking(self, starts_in: timedelta = 48 * HOUR, lasts: timedelta = HOUR, **changes: Any) -> Json:
        """A body that books, with what is to be different."""
        starts_at = datetime.now(UTC) + starts_in
        return {
            "course_id": self.ids["course"],
            "instructor_id": self.ids["instructor"],
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + lasts).isoformat(),
            "topic_ids": [self.ids["topic"]],
        } | changes

    async def book(self, starts_in: timedelta = 48 * HOUR, **changes: Any) -> str:
        booked = await self.post("/v1/sessions", self.booking(starts_in, **changes))
        made: str = booked["id"]
        return made

    async def add_student(self, name: str = "Iris Meyer") -> str:
        """Add a student with a guardian of their own; returns the student's id."""
        guardian = {"name": f"Guardian of {name}", "email": f"{uuid4()}@family.example"}
        guardian_id = (await self.post("/v1/guardians", guardian))["id"]
        return str((await self.post("/v1/students", {"name": name, "guardian_ids": [guardian_id]}))["id"])

    async def names(self, session_id: str) -> list[str]:
        """Of everybody in a class, in order."""
        people = await self.get(f"/v1/sessions/{session_id}/participants")
        return sorted(person["name"] for person in people)

    async def run_until(self, session_id: str, *states: str) -> None:
        """Looks again at every change that is told, as a page does."""
        changes = listen(self.campus.database.application)
        async with asyncio.timeout(PATIENCE), aclosing(changes):
            async for _ in changes:
                if (await self.get(f"/v1/sessions/{session_id}"))["state"] in states:
                    return

    async def join_token(self, session_id: str, role: str = "student") -> str:
        links = await self.get(f"/v1/sessions/{session_id}/join-links")
        return token_of(next(link["url"] for link in links if link["role"] == role))

    def rows(self) -> Counter[str]:
        return self.campus.rows(self.id)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction in the school's own scope, for rows that no request writes."""
        async with (
            aclosing(Database(self.campus.database.application)) as database,
            database.tenant(self.id) as session,
        ):
            yield session


@asynccontextmanager
async def school(campus: Campus, names: str = "{}") -> AsyncIterator[School]:
    """`names` is the pattern of every text in it."""
    async with campus.client(ADMIN) as operator:
        answer = await operator.post("/v1/organizations", json={"name": names.format("Harbour Tutoring")})
    made = answer.json()
    async with campus.client(made["api_key"]) as api:
        opened = School(campus, UUID(made["id"]), api)
        await _fill(opened, names)
        yield opened


async def _fill(opened: School, names: str) -> None:
    ids = opened.ids
    person = {"name": names.format("Ada Okafor"), "email": f"ada.{opened.id}@harbour.example"}
    ids["instructor"] = (await opened.post("/v1/instructors", person))["id"]
    topics = [names.format("Adding fractions"), names.format("Subtracting fractions")]
    made = await opened.post(
        "/v1/courses",
        {"title": names.format("Mathematics"), "subject": names.format("Sums"), "topics": topics},
    )
    ids["course"], ids["topic"] = made["id"], made["topic_ids"][0]
    for number, name in enumerate(("Noor Haddad", "Leo Lindqvist")):
        guardian = {
            "name": names.format(f"Guardian of {name}"),
            "email": f"guardian{number}.{opened.id}@family.example",
        }
        ids["guardian"] = (await opened.post("/v1/guardians", guardian))["id"]
        student = {"name": names.format(name), "guardian_ids": [ids["guardian"]]}
        ids[f"student {number}"] = (await opened.post("/v1/students", student))["id"]
        enrollment = {"course_id": ids["course"], "student_id": ids[f"student {number}"]}
        await opened.post("/v1/enrollments", enrollment)


def problem_of(answer: httpx.Response, status: int, code: str) -> Json:
    """The problem an answer states, which is what it should be and says what to do."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: Json = answer.json()
    assert body["code"] == code, body
    assert body["type"] == f"urn:homeroom:problem:{code}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["next_step"]
    return body
