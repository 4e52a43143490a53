"""Every stream ends within a keep-alive when its reader loses access, by every way to lose it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from domain.people.access import AccessRole, Permission, permissions_of
from models.repositories import sign_ins
from services.sign_in import sign_out
from signing.links import JoinLink
from tests.campus import PATIENCE, serving_app
from tests.http_clients import http_client
from tests.links import token_of
from tests.security.callers import Caller, World, world_on
from tests.security.streams import STREAMS
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter

KEEP_ALIVE = 0.4  # seconds

Revoke = Callable[[World, Caller], Awaitable[None]]


@dataclass(frozen=True)
class Loss:
    """A way to lose access, for readers of some kinds; `streams`: only those, None: every stream of the reader."""

    readers: tuple[str, ...]
    revoke: Revoke
    streams: tuple[str, ...] | None = None


async def _revoke_key(world: World, caller: Caller) -> None:
    world.change("update api_key set revoked_at = now() where id = %s", caller.id)


async def _expire_key(world: World, caller: Caller) -> None:
    world.change("update api_key set expires_at = now() where id = %s", caller.id)


async def _sign_out(world: World, caller: Caller) -> None:
    await sign_out(world.database, caller.token, datetime.now(UTC))


async def _sign_out_everywhere_elsewhere(world: World, caller: Caller) -> None:
    """In another browser of the same person."""
    assert caller.who is not None
    async with world.database.tenant(world.school.id) as db:
        await sign_ins.end_all_of(db, caller.who.actor, caller.who.person_id, datetime.now(UTC))


async def _expire_sign_in(world: World, caller: Caller) -> None:
    world.change("update signed_in set expires_at = now() where token_hash = %s", caller.token_hash)


def _retire(table: str) -> Revoke:
    async def retire(world: World, caller: Caller) -> None:
        assert caller.who is not None
        world.change(f"update {table} set retired_at = now() where id = %s", caller.who.person_id)

    return retire


async def _substitute(world: World, caller: Caller) -> None:
    """Somebody else teaches the class."""
    world.change(
        "update session set instructor_id = %s where id = %s",
        world.others["instructor"],
        world.school.session_id,
    )


async def _narrow_key(world: World, caller: Caller) -> None:
    world.change("update api_key set scopes = '[\"people:read\"]' where id = %s", caller.id)


async def _take_role(world: World, caller: Caller) -> None:
    """A role that the table does not admit to these streams; members have no such role today."""
    assert caller.who is not None
    world.change("update member set role = 'integrator' where id = %s", caller.who.person_id)


async def _remove_participant(world: World, caller: Caller) -> None:
    world.change("update participant set removed_at = now() where id = %s", world.school["participant"]["id"])


async def _send_out(world: World, caller: Caller) -> None:
    world.change(
        "update participant set sent_out_at = now() where id = %s", world.school["participant"]["id"]
    )


async def _end_class(world: World, caller: Caller) -> None:
    world.change("update session set state = 'ending' where id = %s", world.school.session_id)


async def _let_link_expire(world: World, caller: Caller) -> None:
    """The link of this reader lasts for a second."""


LOSSES: dict[str, Loss] = {
    "key revoked": Loss(("key",), _revoke_key),
    "key expired": Loss(("key",), _expire_key),
    "scope taken": Loss(("key",), _narrow_key),
    "signed out": Loss(("member", "operator", "instructor"), _sign_out),
    "signed out everywhere": Loss(("member", "operator", "instructor"), _sign_out_everywhere_elsewhere),
    "sign-in expired": Loss(("member", "operator", "instructor"), _expire_sign_in),
    "member retired": Loss(("member",), _retire("member")),
    "role taken": Loss(("member",), _take_role, ("/today/live",)),
    "instructor retired": Loss(("instructor",), _retire("instructor")),
    "class given to somebody else": Loss(("instructor",), _substitute),
    "removed from the class": Loss(("link",), _remove_participant),
    "sent out of the room": Loss(("link",), _send_out),
    "class ended": Loss(("link",), _end_class),
    "link expired": Loss(("link",), _let_link_expire),
}


@pytest.fixture(scope="module")
async def world(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[World]:
    urls = postgres_server.create_database(template=migrated_template)
    async with (
        world_on(urls, log_level="ERROR", stream_keep_alive=KEEP_ALIVE) as opened,
        serving_app(opened.app, opened.settings, lifespan="off"),
    ):
        yield opened


@pytest.fixture(autouse=True)
def in_force(world: World) -> None:
    """Everybody has access again."""
    school = world.school
    world.change("update session set state = 'live', instructor_id = %s, moves = 0 where id = %s",
                 school["instructor"]["id"], school.session_id)  # fmt: skip
    world.change("update participant set removed_at = null, sent_out_at = null")
    for table in ("member", "instructor", "guardian"):
        world.change(f"update {table} set retired_at = null")
    world.change("update member set role = 'admin' where id = %s", school["member"]["id"])


async def reader(world: World, kind: str, loss: str) -> Caller:
    school = world.school
    if kind == "key":
        return await world.key(school, AccessRole.INTEGRATOR, Permission.EVENTS_READ)
    if kind == "link":
        lasts = timedelta(seconds=1.5) if loss == "link expired" else timedelta(hours=1)
        person = school["participant"]
        link = JoinLink(school.session_id, school.id, person["id"], person["role"], person["link_version"])
        return world.bearing("link", token_of(world.links.join_url(link, datetime.now(UTC) + lasts)))
    if kind == "operator":
        return await world.person(school, kind, None, AccessRole.ADMIN, method="desk")
    role = AccessRole.ADMIN if kind == "member" else AccessRole.INSTRUCTOR
    return await world.person(school, kind, school[kind]["id"], role)


@asynccontextmanager
async def opened(world: World, path: str, caller: Caller) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of a stream, which has begun."""
    headers: Mapping[str, str] = {**caller.headers, "accept": "text/event-stream"}
    query = {"t": caller.link} if caller.link else {}
    url = path.format(session_id=world.school.session_id)
    async with (
        http_client(world.settings.public_url, timeout=PATIENCE) as client,
        client.stream("GET", url, headers=headers, params=query) as answer,
    ):
        assert answer.status_code == 200, (path, caller.name, answer.status_code)
        lines = answer.aiter_lines()
        await anext(lines)
        yield lines


@pytest.mark.parametrize("loss", LOSSES)
async def test_a_stream_ends_when_its_reader_loses_access(world: World, loss: str) -> None:
    """All streams that the readers may open are open at once, and each comes to its proper end."""
    wanted = LOSSES[loss]
    async with AsyncExitStack() as stack:
        streams = {}
        callers = {kind: await reader(world, kind, loss) for kind in wanted.readers}
        for kind, caller in callers.items():
            for path in wanted.streams or STREAMS:
                if kind in STREAMS[path].readers:
                    streams[f"{path} of {kind}"] = await stack.enter_async_context(
                        opened(world, path, caller)
                    )
        assert streams
        for caller in callers.values():
            await wanted.revoke(world, caller)
        for name, lines in streams.items():
            async with asyncio.timeout(PATIENCE):
                remaining = [line async for line in lines]
            assert len(remaining) < 200, name


async def test_streams_go_on_for_readers_who_keep_their_access(world: World) -> None:
    """What another reader loses is not theirs."""
    kept, lost = await reader(world, "member", ""), await reader(world, "member", "")
    async with (
        opened(world, "/exceptions/live", kept) as lines,
        opened(world, "/exceptions/live", lost) as ending,
    ):
        await _sign_out(world, lost)
        async with asyncio.timeout(PATIENCE):
            assert [line async for line in ending]
            while "still here" not in await anext(lines):
                pass


async def test_no_key_opens_the_stream_of_a_page_whatever_its_scope(world: World) -> None:
    for scope in permissions_of(AccessRole.ADMIN):
        key = await world.key(world.school, AccessRole.ADMIN, scope)
        async with http_client(world.settings.public_url, key.headers) as client:
            for path in STREAMS:
                if path.startswith("/v1/"):
                    continue
                refused = await client.get(path.format(session_id=world.school.session_id))
                assert refused.status_code == 401, (scope, path)
