"""An id of another organization's row is an id of nothing: in an address, in a query, in a body.

What comes back is compared with what an id that nobody has brings back, with ids taken out. Routes, queries and bodies
are found in the application and its description, so that new ones are walked too.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.openapi_examples import BODIES, PLACEHOLDERS
from tests.models.rows import Tenant
from tests.security.addresses import address
from tests.security.asgi import Answer, call
from tests.security.callers import Caller, World, world_on
from tests.security.routes import Roles, Route, query_parameters, routes
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter

_ID = re.compile("[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
# Of a draft, which each of the two bodies is stored in.
_VERSION = re.compile(r'"(version|updated_at)":(\d+|null|"[^"]*")')
_CHANGING = {"x-request-id", "content-length", "ratelimit", "etag", "date"}
# Kinds of rows that examples of bodies name, by their table.
_KINDS = {
    kind: kind
    for kind in ("course", "topic", "student", "guardian", "instructor", "member", "session", "utterance")
}


@pytest.fixture(scope="module")
async def world(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[World]:
    urls = postgres_server.create_database(template=migrated_template)
    async with world_on(urls, log_level="ERROR") as opened:
        yield opened


@pytest.fixture(scope="module")
async def neighbours(world: World) -> list[Caller]:
    """Those of another organization, who try the school's ids."""
    return [caller for caller in await world.strangers() if caller.who is not None]


def told(answer: Answer) -> tuple[int, dict[str, str], str]:
    """What an answer says, without ids."""
    headers = {name: _ID.sub("ID", value) for name, value in answer.headers.items() if name not in _CHANGING}
    body = answer.body.decode(errors="replace")
    return answer.status, headers, _VERSION.sub("VERSION", _ID.sub("ID", _TIME.sub("TIME", body)))


def admits(route: Route, caller: Caller) -> bool:
    if not isinstance(route.rule, Roles) or caller.who is None or (caller.by_key and route.is_page):
        return False
    return route.rule.admits(caller.who) is not None


async def ask(
    world: World,
    caller: Caller,
    method: str,
    path: str,
    query: dict[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    headers = {"accept": "text/html, application/json", "if-match": "*", "origin": world.settings.public_url}
    if body:
        headers["content-type"] = "application/json"
    return await call(world.app, method, path, headers | dict(caller.headers), query, body)


async def test_an_address_of_others_is_one_of_nothing(world: World, neighbours: list[Caller]) -> None:
    wrong, asked = [], set()
    before = world.record()
    for route in routes(world.app):
        of_others, of_nothing = address(route, world.school), address(route, None)
        if of_others == of_nothing:
            continue
        for caller in neighbours:
            if not admits(route, caller):
                continue
            asked.add(str(route))
            answer = await ask(world, caller, route.method, of_others)
            if answer.is_stream or told(answer) != told(await ask(world, caller, route.method, of_nothing)):
                wrong.append(f"{route} by {caller}: {answer.status}")
    assert not wrong, "\n".join(wrong[:50])
    assert len(asked) > 250
    assert world.record() == before


def ids_in_queries(world: World) -> Iterator[tuple[str, str, str]]:
    """The path of a route, a parameter that takes an id, and the table whose rows it names as far as the name says."""
    for path, name, is_id in query_parameters(world.app):
        table = name.removesuffix("_id")
        if is_id or table in _KINDS:
            yield path, name, table if table in world.school.rows else "session"


async def test_a_filter_by_rows_of_others_finds_nothing(world: World, neighbours: list[Caller]) -> None:
    wrong, asked = [], set()
    by_path = {route.path: route for route in routes(world.app) if route.method == "GET"}
    for path, name, table in ids_in_queries(world):
        route = by_path[path]
        own_path = address(route, world.stranger)
        for caller in neighbours:
            if not admits(route, caller):
                continue
            asked.add((path, name))
            of_others, of_nothing = [
                await ask(world, caller, "GET", own_path, {name: str(key)})
                for key in (world.school[table]["id"], uuid4())
            ]
            if told(of_others) != told(of_nothing):
                wrong.append(f"{path}?{name}= by {caller}: {of_others.status}, {of_nothing.status}")
    assert not wrong, "\n".join(wrong[:50])
    assert len(asked) > 30


def filled(example: Any, of: Tenant, **others: UUID) -> bytes:
    """An example with the ids of an organization's rows, and with these instead for some kinds."""
    text = json.dumps(example)
    for kind, table in _KINDS.items():
        text = text.replace(PLACEHOLDERS[kind], str(others.get(kind, of[table]["id"])))
    return text.encode()


@pytest.mark.parametrize("operation", [key for key in BODIES if not key.endswith("/v1/organizations")])
async def test_a_body_with_rows_of_others_is_one_with_rows_of_nothing(
    world: World, neighbours: list[Caller], operation: str
) -> None:
    method, _, path = operation.partition(" ")
    (route,) = [one for one in routes(world.app) if (one.method, one.path) == (method, path)]
    own_path, example = address(route, world.stranger), BODIES[operation]
    caller = next(one for one in neighbours if one.by_key)
    before = world.record()
    for kind, table in _KINDS.items():
        if PLACEHOLDERS[kind] not in json.dumps(example):
            continue
        of_others, of_nothing = [
            await ask(world, caller, method, own_path, body=filled(example, world.stranger, **{kind: key}))
            for key in (world.school[table]["id"], uuid4())
        ]
        assert of_others.status < 500 or of_others.status == 503, of_others.body
        assert told(of_others) == told(of_nothing), f"a {kind} of others"
    assert world.record() == before
