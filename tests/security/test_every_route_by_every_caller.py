"""Every route is asked by every kind of caller; who may comes from the table of permissions, never from a snapshot.

Allowed writes name rows that don't exist, so that the walk itself changes nothing. Refused ones name the school's own.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from domain.people.access import Reach
from domain.sessions.states import ROOM_STATES, SessionState
from tests.security.addresses import address
from tests.security.asgi import Answer, call
from tests.security.callers import Caller, World, world_on
from tests.security.routes import Proof, Roles, Route, routes
from tests.security.streams import STREAMS
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter

_JOIN_FIELDS = {
    "locked": True,
    "participant_id": str(uuid4()),
    "message_id": str(uuid4()),
    "text": "Which page?",
    "samples": [],
}
_TARGET = {"to": "2030-03-04T10:00", "zone": "UTC"}
_QUERIES = {
    "/sessions/{session_id}/review/changes": {"from": "1", "to": "1"},
    "/v1/slots": {"subject": "Sums"},
    "/calendar/classes/{session_id}/check": _TARGET,
    "/calendar/classes/{session_id}/move": _TARGET,
}
_MISSING = (404, 409, 410)
# Their answer depends on more than who asks: a notice without content, sound that was never stored.
_NEVER_FOUND = {
    "/sessions/{session_id}/utterances/{utterance_id}.wav",
    "/v1/sessions/{session_id}/utterances/{utterance_id}/audio",
}


@pytest.fixture(scope="module")
async def world(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[World]:
    urls = postgres_server.create_database(template=migrated_template)
    async with world_on(urls, log_level="ERROR") as opened:
        yield opened


@pytest.fixture(scope="module")
async def everybody(world: World) -> list[Caller]:
    return await world.callers()


def reach_of(route: Route, caller: Caller) -> Reach | None:
    """How far the caller reaches on a route with roles; None: refused. Keys open no pages."""
    assert isinstance(route.rule, Roles)
    if caller.who is None or (caller.by_key and route.is_page):
        return None
    return route.rule.admits(caller.who)


def is_authenticated(route: Route, caller: Caller) -> bool:
    return caller.who is not None and not (caller.by_key and route.is_page)


async def ask(world: World, route: Route, caller: Caller, *, existing: bool = True) -> Answer:
    headers = {
        "accept": "text/event-stream, application/json",
        "if-match": '"999999"',
        "origin": world.settings.public_url,
        **caller.headers,
    }
    query, body = _QUERIES.get(route.path, {}), b""
    if isinstance(route.rule, Proof):
        query = {"t": caller.link or "x", "token": caller.link or "x"}
    if "token" in query and route.path.startswith("/v1/"):
        del query["token"]
    if route.rule is Proof.JOIN_LINK and route.method == "POST":
        headers["content-type"] = "application/json"
        body = json.dumps({"link": caller.link, **_JOIN_FIELDS}).encode()
    if route.path == "/v1/organizations":
        headers["content-type"], body = "application/json", b'{"nothing": "that is taken"}'
    return await call(
        world.app, route.method, address(route, world.school if existing else None), headers, query, body
    )


def test_every_route_has_a_declared_rule(world: World) -> None:
    assert [str(route) for route in routes(world.app) if route.rule is None] == []


@pytest.mark.parametrize("pages", [True, False], ids=["pages", "API"])
async def test_routes_with_roles_admit_whom_the_table_names(
    world: World, everybody: list[Caller], pages: bool
) -> None:
    wrong, read, streams = [], set(), set()
    every = [route for route in routes(world.app) if isinstance(route.rule, Roles)]
    guarded = [route for route in every if route.is_page is pages]
    before = world.record()
    for route in guarded:
        asked = [caller for caller in everybody if _is_walked(route, caller)]
        for caller, answer in zip(
            asked, await asyncio.gather(*(_walk(world, route, one) for one in asked)), strict=True
        ):
            if (problem := _problem(world, route, caller, answer)) is not None:
                wrong.append(f"{route} by {caller}: {answer.status}, {problem}")
            if route.method == "GET" and answer.status < 400:
                read.add(route.path)
            if answer.is_stream:
                streams.add(route.path)
    assert not wrong, "\n".join(wrong[:50])
    assert world.record() == before, "nobody who was refused has changed anything"
    reads = {route.path for route in guarded if route.method == "GET"}
    assert reads - read - _NEVER_FOUND == set(), (
        "these were read by nobody, so the walk proves nothing of them"
    )
    with_roles = {path for path, stream in STREAMS.items() if not stream.by_link}
    assert with_roles <= {route.path for route in every}
    assert streams == with_roles & {route.path for route in guarded}, (
        "a new stream is walked by every revocation: see tests/security/streams.py"
    )


def _is_walked(route: Route, caller: Caller) -> bool:
    """Of the keys with scopes, those that tell: with just what the route needs, and with all but that."""
    assert isinstance(route.rule, Roles)
    if not caller.is_narrow:
        return True
    scopes = caller.scopes
    if route.is_page:  # which does not look at keys
        return scopes == route.rule.permissions
    needed = route.rule.permissions
    return scopes == needed or (len(scopes) > 1 and not scopes & needed)


def _is_foreign(route: Route, caller: Caller) -> bool:
    """Whether the school's rows are not this caller's, on a route that the caller's role admits."""
    return not caller.own and (reach_of(route, caller) is Reach.OWN or caller.is_stranger)


async def _walk(world: World, route: Route, caller: Caller) -> Answer:
    changes_nothing = route.method == "GET" or reach_of(route, caller) is None
    existing = changes_nothing or (_is_foreign(route, caller) and "{" in route.path)
    return await ask(world, route, caller, existing=existing)


def _problem(world: World, route: Route, caller: Caller, answer: Answer) -> str | None:
    """What is wrong with the answer, by the table."""
    if not is_authenticated(route, caller):
        return None if answer.status == 401 else "expected 401"
    if reach_of(route, caller) is None:
        return None if answer.status == 403 else "expected 403"
    if answer.status == 500:
        return answer.body.decode()
    if answer.status in (401, 403):
        return "the table admits this caller"
    if not _is_foreign(route, caller):
        return None
    if _names_a_row(route):
        hidden = answer.status in _MISSING or (route.method != "GET" and answer.status == 422)
        return None if hidden else "expected 404: this is not the caller's"
    return None if str(world.school.session_id).encode() not in answer.body else "shows the class of others"


def _names_a_row(route: Route) -> bool:
    """Versions and rules of routing have numbers, which every organization counts for itself."""
    return "{" in route.path and not any(
        f"{{{name}}}" in route.path for name in ("table", "number", "place", "monday", "what")
    )


async def test_routes_without_roles_take_only_their_own_proof(world: World, everybody: list[Caller]) -> None:
    """What nobody may see stands in no answer; what takes a link takes no other link, key or cookie."""
    wrong = []
    before = world.record()
    secrets = _names_of(world)
    taken = {
        Proof.JOIN_LINK: "join link of a student",
        Proof.CONTENT_LINK: "file link",
        Proof.OPERATOR_TOKEN: "operator's token",
        Proof.OPERATOR_SESSION: "operator's session",
    }
    for route in routes(world.app):
        if not isinstance(route.rule, Proof) or route.path == "/sign-out":
            continue
        for caller in everybody:
            if taken.get(route.rule) == caller.name or caller.is_narrow:
                continue
            answer = await ask(world, route, caller)
            refused = answer.status in (401, 403, 404, 422)
            if route.rule is Proof.OPERATOR_SESSION:
                refused = refused or answer.headers.get("location") == "/operator"
            if route.rule is not Proof.NOTHING and not refused:
                wrong.append(f"{route} by {caller}: {answer.status}")
            if route.path != "/v1/openapi.json" and any(name in answer.body for name in secrets):
                wrong.append(f"{route} by {caller}: shows rows of the school")
            if "set-cookie" in answer.headers and '=""' not in answer.headers["set-cookie"]:
                wrong.append(f"{route} by {caller}: sets a cookie")
    assert not wrong, "\n".join(wrong[:50])
    assert world.record() == before


def _names_of(world: World) -> list[bytes]:
    """Texts that stand in rows of the school only."""
    tables = ("instructor", "member", "course", "notice")
    names = [world.school[table].get("name") or world.school[table].get("title") for table in tables]
    return [name.encode() for name in names if name]


@pytest.mark.parametrize("state", SessionState)
async def test_a_class_is_closed_to_strangers_in_every_state(
    world: World, everybody: list[Caller], state: SessionState
) -> None:
    """Its join link opens the room while there is one; nobody else sees more in one state than in another."""
    world.change("update session set state = %s where id = %s", state, world.school.session_id)
    of_class = [
        route
        for route in routes(world.app)
        if "{session_id}" in route.path and route.method == "GET" and route.rule is not Proof.NOTHING
    ]
    strangers = [
        caller
        for caller in everybody
        if not caller.own or caller.name in ("nobody", "guardian guardian", "join link of a student")
    ]
    wrong = []
    for route in of_class:
        for caller in strangers:
            answer = await ask(world, route, caller)
            if route.path.startswith("/class-files/") and caller.name == "guardian guardian":
                expected = answer.status == 303
            elif route.path.startswith("/family/classes/") and caller.name == "guardian guardian":
                expected = answer.status == 200  # of their child
            elif route.rule is Proof.JOIN_LINK and caller.name == "join link of a student":
                expected = (answer.status == 200) == (state in ROOM_STATES)
            else:
                expected = answer.status in (401, 403, 404, 422)
            if not expected:
                wrong.append(f"{route} by {caller} in {state}: {answer.status}")
    assert not wrong, "\n".join(wrong[:50])
