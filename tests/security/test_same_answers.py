"""What is there and what is not there cannot be told apart: the same answer, after the same statements.

Answers are compared with the names of what was asked for taken out. How long an answer takes is not measured: it
follows from the statements, and from what is left to do after the answer.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from reports.contexts import RenderedMessage
from services.sealed_content import SealedContent
from services.sign_in_links import SignInLinks
from signing.sealing import Sealer
from tests.campus import LINK_SECRET
from tests.security.asgi import Answer, call
from tests.security.callers import World, world_on
from tests.security.statements import Relay, relayed
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter

_ACCOUNTS = ("guardian", "instructor", "member")
# What differs between any two answers.
_CHANGING = {
    "date",
    "x-request-id",
    "server-timing",
    "content-length",
    "ratelimit-remaining",
    "ratelimit-reset",
}


@dataclass(frozen=True)
class Watched:
    world: World
    relay: Relay


@pytest.fixture(scope="module")
async def watched(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[Watched]:
    urls = postgres_server.create_database(template=migrated_template)
    async with relayed(urls) as relay, world_on(relay.urls, log_level="ERROR") as world:
        for kind in _ACCOUNTS:
            key = world.school[kind]["id"]
            world.change(f"update {kind} set email = %s where id = %s", _address(kind, world), key)
        provider = world.school["identity_provider"]["id"]
        world.change("update identity_provider set domains = '[\"proven.example\"]' where id = %s", provider)
        world.change(
            "update proven_domain set domain = 'proven.example' where organization_id = %s", world.school.id
        )
        yield Watched(world, relay)


def _address(kind: str, world: World) -> str:
    return f"{kind}-{world.school.id}@family.example"


@dataclass(frozen=True)
class Question:
    """A request, with the words in it that may stand in the answer."""

    method: str
    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]
    words: tuple[str, ...] = ()


def asked(
    method: str, path: str, *words: str, form: Mapping[str, str] | None = None, **headers: str
) -> Question:
    return Question(method, path, headers, form or {}, words)


def sign_in(world: World, address: str) -> Question:
    return asked("POST", "/sign-in", address, form={"address": address}, origin=world.settings.public_url)


def key(token: str) -> Question:
    return asked("GET", "/v1/students", authorization=f"Bearer {token}")


def pairs(world: World) -> dict[str, tuple[Question, Question]]:
    """What is there, and what is not: in both columns somebody without an account asks."""
    school, nobody = world.school, f"nobody-{uuid4()}@family.example"
    known_prefix = school["api_key"]["prefix"]
    provider, unknown = school["identity_provider"]["id"], uuid4()
    session, no_session = school.session_id, uuid4()
    forged = world.join_link(school)[:-4] + "AAAA"
    return {
        **{
            f"the address: {kind}": (sign_in(world, _address(kind, world)), sign_in(world, nobody))
            for kind in _ACCOUNTS
        },
        "the prefix of an API key": (key(f"hr_{known_prefix}_wrong"), key("hr_00000000_wrong")),
        "the provider of another domain": (
            asked("GET", f"/sign-in/with/{provider}?domain=other.example", str(provider)),
            asked("GET", f"/sign-in/with/{unknown}?domain=other.example", str(unknown)),
        ),
        "a class, by a forged join link": (
            asked("GET", f"/v1/join/{session}/class?t={forged}", str(session)),
            asked("GET", f"/v1/join/{no_session}/class?t={forged}", str(no_session)),
        ),
        "a class, by its room page": (
            asked("GET", f"/join/{session}", str(session)),
            asked("GET", f"/join/{no_session}", str(no_session)),
        ),
        "a browser that is signed out": (
            asked("GET", "/today", cookie=f"{world.cookie}=signed-out"),
            asked("GET", "/today", cookie=f"{world.cookie}=never-there"),
        ),
    }


async def answer_to(watched: Watched, question: Question) -> tuple[Answer, int]:
    """The answer and the statements before it was complete."""
    counted = 0

    async def app(scope: object, receive: object, send: object) -> None:
        async def noting(message: Mapping[str, object]) -> None:
            nonlocal counted
            if message["type"] == "http.response.body" and not message.get("more_body"):
                counted = watched.relay.executed
            await send(message)  # type: ignore[operator]

        await watched.world.app(scope, receive, noting)  # type: ignore[arg-type]

    path, _, query = question.path.partition("?")
    headers = dict(question.headers)
    if question.form:
        headers["content-type"] = "application/x-www-form-urlencoded"
    watched.relay.executed = 0
    body = urlencode(question.form).encode()
    answer = await call(app, question.method, path, headers, _query(query), body)  # type: ignore[arg-type]
    return answer, counted


def _query(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split("&")) if text else {}


def shown(answer: Answer, words: tuple[str, ...]) -> tuple[int, dict[str, str], str]:
    text = answer.body.decode()
    headers = {name: value for name, value in answer.headers.items() if name not in _CHANGING}
    text = text.replace(answer.headers.get("x-request-id", "-no request-"), "REQUEST")
    for word in words:
        text = re.sub(re.escape(word), "WORD", text, flags=re.IGNORECASE)
    return answer.status, headers, text


WHAT = (
    "the address: guardian",
    "the address: instructor",
    "the address: member",
    "the prefix of an API key",
    "the provider of another domain",
    "a class, by a forged join link",
    "a class, by its room page",
    "a browser that is signed out",
)


@pytest.mark.parametrize("what", WHAT)
async def test_what_is_there_is_not_told_from_what_is_not(watched: Watched, what: str) -> None:
    there, missing = pairs(watched.world)[what]
    await answer_to(watched, missing)  # connections are made, statements are prepared
    one, statements = await answer_to(watched, there)
    other, as_many = await answer_to(watched, missing)
    assert shown(one, there.words) == shown(other, missing.words)
    assert statements == as_many


def test_every_pair_is_tried(watched: Watched) -> None:
    assert set(pairs(watched.world)) == set(WHAT)


class CountedContent(SealedContent):
    """Counts the messages that are rendered and sealed, which is what takes time in the process that answers."""

    sealed = 0

    def seal(self, message: RenderedMessage) -> str:
        self.sealed += 1
        return super().seal(message)


async def test_as_much_is_rendered_after_the_answer(watched: Watched) -> None:
    """So that those who ask again at once do not see it in the load either."""
    world, deliveries = watched.world, watched.world.app.state.homeroom.deliveries
    made = []
    for address in (_address("guardian", world), "nobody@family.example"):
        content = CountedContent(Sealer([LINK_SECRET], "a test"))
        await SignInLinks(world.database, world.links, content, deliveries).send(
            address, None, datetime.now(UTC)
        )
        made.append(content.sealed)
    assert made == [1, 1]
