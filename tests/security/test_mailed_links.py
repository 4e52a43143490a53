"""A link in a mail ends with what it rests on: the address it was sent to, the account, the child, the organization.

Every kind of link stands here or in `ELSEWHERE`, so that a new kind is walked too.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.notices.kinds import NoticeKind
from signing.links import (
    DisputeLink,
    FamilyLink,
    LinkSigner,
    OfferLink,
    PlanLink,
    UnsubscribeLink,
    address_fingerprint,
)
from tests.links import token_of
from tests.security.asgi import call
from tests.security.callers import World, world_on
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter

# What ends these is tried by tests/security/test_join_links.py, test_links_are_pressed.py, tests/api/test_sign_in.py,
# test_calendar_feeds.py, test_files.py and test_recordings.py.
ELSEWHERE = {
    "join_url",
    "short_join_url",
    "check_in_url",
    "calendar_url",
    "console_url",
    "sign_in_url",
    "file_url",
    "recording_url",
}
ADDRESS = "reader@family.example"
PRINT = address_fingerprint(ADDRESS)
Make = Callable[[World, UUID, datetime], str]


@dataclass(frozen=True)
class Mailed:
    """A kind of link: the method that makes it, its page, and the table of who reads it."""

    method: str
    page: str
    reader: str
    make: Make
    of_child: bool = False  # whether it is about a child of the reader


def _offer(world: World, organization_id: UUID, until: datetime) -> str:
    link = OfferLink(organization_id, world.school["substitution_offer"]["id"], PRINT)
    return world.links.offer_url(link, until)


def _plan(kind: str) -> Make:
    def make(world: World, organization_id: UUID, until: datetime) -> str:
        link = PlanLink(organization_id, world.school["plan_run"]["id"], world.school[kind]["id"], PRINT)
        return world.links.plan_url(link, until)

    return make


def _family(world: World, organization_id: UUID, until: datetime) -> str:
    return world.links.family_url(FamilyLink(organization_id, world.school["guardian"]["id"], ADDRESS), until)


def _unsubscribe(world: World, organization_id: UUID, until: datetime) -> str:
    key = world.school["guardian"]["id"]
    link = UnsubscribeLink(organization_id, "guardian", key, PRINT, NoticeKind.REMINDER)
    return world.links.unsubscribe_url(link, until)


def _dispute(world: World, organization_id: UUID, until: datetime) -> str:
    school = world.school
    link = DisputeLink(
        organization_id,
        school.session_id,
        school["participant"]["id"],
        "guardian",
        school["guardian"]["id"],
        PRINT,
    )
    return world.links.dispute_url(link, until)


LINKS = {
    "family": Mailed("family_url", "/family", "guardian", _family),
    "unsubscribe": Mailed("unsubscribe_url", "/unsubscribe", "guardian", _unsubscribe),
    "offer": Mailed("offer_url", "/offer", "instructor", _offer),
    "plan, of an instructor": Mailed("plan_url", "/plan-answer", "instructor", _plan("instructor")),
    "plan, of a family": Mailed("plan_url", "/plan-answer", "guardian", _plan("guardian"), of_child=True),
    "missed class": Mailed("dispute_url", "/attendance", "guardian", _dispute, of_child=True),
}


@pytest.fixture(scope="module")
async def world(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[World]:
    urls = postgres_server.create_database(template=migrated_template)
    async with world_on(urls, log_level="ERROR") as opened:
        school, now = opened.school, datetime.now(UTC)
        for table in ("guardian", "instructor"):
            opened.change(f"update {table} set email = %s where id = %s", ADDRESS, school[table]["id"])
        for table in ("plan_assignment", "plan_answer"):
            opened.change(
                f"update {table} set class_id = %s, instructor_id = %s where organization_id = %s",
                school.session_id,
                school["instructor"]["id"],
                school.id,
            )
        opened.change(
            "update plan_assignment set session_id = class_id, occurrence_id = null where organization_id = %s",
            school.id,
        )
        opened.change(
            "update plan_run set state = 'asking', answer_by = %s where organization_id = %s",
            now + timedelta(days=1),
            school.id,
        )
        opened.change("update participant set role = 'student', removed_at = null")
        opened.change("update participant set student_id = %s, instructor_id = null where organization_id = %s",
                      school["student"]["id"], school.id)  # fmt: skip
        yield opened


@contextmanager
def _asked(world: World, mailed: Mailed) -> Iterator[None]:
    """The plan asks this reader."""
    world.change(
        "update plan_answer set recipient_kind = %s, recipient_id = %s, state = 'asked' where organization_id = %s",
        mailed.reader,
        world.school[mailed.reader]["id"],
        world.school.id,
    )
    yield


async def opens(world: World, mailed: Mailed, organization_id: UUID | None = None) -> bool:
    """Whether page and button take the link."""
    until = datetime.now(UTC) + timedelta(hours=1)
    token = token_of(mailed.make(world, organization_id or world.school.id, until))
    headers = {
        "origin": world.settings.public_url,
        "content-type": "application/x-www-form-urlencoded",
    }
    shown = await call(world.app, "GET", mailed.page, {"accept": "text/html"}, {"t": token})
    body = f"t={token}&answer=decline&all=decline&subscribed=false".encode()
    pressed = await call(world.app, "POST", mailed.page, headers, {"t": token}, body)
    taken = {answer.status < 400 for answer in (shown, pressed)}
    assert len(taken) == 1, (shown.status, pressed.status)
    return taken.pop()


def test_every_kind_of_link_is_walked() -> None:
    made = {name for name in dir(LinkSigner) if name.endswith("_url")}
    assert made == {mailed.method for mailed in LINKS.values()} | ELSEWHERE


ENDINGS = {
    "its address changed": ("email = 'other@family.example'", f"email = '{ADDRESS}'"),
    "its reader is retired": ("retired_at = now()", "retired_at = null"),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", LINKS)
async def test_a_mailed_link_ends_with_its_reader(world: World, kind: str, ending: str) -> None:
    mailed, (change, back) = LINKS[kind], ENDINGS[ending]
    row = f"where id = '{world.school[mailed.reader]['id']}'"
    with _asked(world, mailed):
        assert await opens(world, mailed)
        world.change(f"update {mailed.reader} set {change} {row}")
        try:
            assert not await opens(world, mailed)
        finally:
            world.change(f"update {mailed.reader} set {back} {row}")


@pytest.mark.parametrize("kind", [kind for kind, mailed in LINKS.items() if mailed.of_child])
async def test_a_mailed_link_about_a_child_ends_with_being_its_guardian(world: World, kind: str) -> None:
    mailed, child = LINKS[kind], world.school["student"]["id"]
    table = "student_guardian"
    with _asked(world, mailed):
        assert await opens(world, mailed)
        world.change(f"create table kept as select * from {table} where student_id = %s", child)
        world.change(f"delete from {table} where student_id = %s", child)
        try:
            assert not await opens(world, mailed)
        finally:
            world.change(f"insert into {table} select * from kept")
            world.change("drop table kept")


@pytest.mark.parametrize("kind", LINKS)
async def test_a_mailed_link_opens_nothing_in_another_organization(world: World, kind: str) -> None:
    """Even one that this deployment has signed."""
    with _asked(world, LINKS[kind]):
        assert not await opens(world, LINKS[kind], world.stranger.id)
