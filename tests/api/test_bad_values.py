"""Bad values in any field of any body: the response is a success or a problem, never a server error.

In `make test` the fields of all bodies share out the values, by turns (tests/depth.py).
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.api.bodies import BODIES, Booked, method_of, own_address
from tests.campus import ADMIN, Campus, problem_of, school
from tests.depth import by_turns

pytestmark = pytest.mark.adapter

ID = "018f3c1e-7b5a-7c3e-9d2f-4a6b8c0d1e2f"

Path = tuple[str | int, ...]

BAD_VALUES = [
    None,
    True,
    -1,
    10**30,
    -(10**30),
    1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "a\0b",
    "\ud800",
    "\u202e",
    "x" * 20_000,
    "<script>alert(1)</script>",
    "'; drop table session; --",
    "00000000-0000-0000-0000-000000000000",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2031-01-01T00:00:00",
    "-P1D",
    "P999999999D",
    [],
    [None],
    ["en"] * 1000,
    ["PT1H", "PT60M"],
    {},
    {"\ud800": "a\0b"},
]
TURNS = 5
# What these take depends on rules, records and classes that others may have changed: each has a school of its own.
BOOKS = (
    "session",
    "series",
    "join",
    "plan",
    "quotes",
    "closures",
    "holds",
    "swaps",
    "cover",
    "what-if",
    "students",
)


@asynccontextmanager
async def booked_class(campus: Campus) -> AsyncIterator[Booked]:
    async with school(campus) as opened:
        session_id = await opened.book()
        yield Booked(opened, session_id, await opened.join_token(session_id))


@pytest.fixture(scope="module")
async def booked(campus: Campus) -> AsyncIterator[Booked]:
    async with booked_class(campus) as booked_:
        yield booked_


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """The path to every value in a body, the body itself included."""
    yield at
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(inner, (*at, key))


def changed(value: Any, at: Path, bad: Any) -> Any:
    """A copy of the body with `bad` at the path."""
    if not at:
        return bad
    copy = value.copy()
    copy[at[0]] = changed(value[at[0]], at[1:], bad)
    return copy


@pytest.mark.parametrize("path", sorted(BODIES))
async def test_no_value_causes_a_server_error(campus: Campus, booked: Booked, path: str) -> None:
    if any(word in path for word in BOOKS):
        async with booked_class(campus) as of_its_own:
            await try_all(campus, of_its_own, path)
    else:
        await try_all(campus, booked, path)


async def try_all(campus: Campus, booked: Booked, path: str) -> None:
    method, url = method_of(path), own_address(path, booked)
    body = BODIES[path](booked)
    async with campus.client(ADMIN) as operator:
        caller = operator if path == "/v1/organizations" else booked.school.api
        for turn, at in enumerate(paths(body), sorted(BODIES).index(path)):
            for bad in by_turns(BAD_VALUES, turn, TURNS):
                content = json.dumps(changed(body, at, bad))
                answer = await caller.request(
                    method,
                    url,
                    content=content,
                    headers={"content-type": "application/json", "if-match": "*"},
                )
                assert answer.status_code < 500, (at, bad, answer.text)
                if not answer.is_success:
                    problem = problem_of(answer, answer.status_code, answer.json()["code"])
                    assert not shows_a_regular_expression(problem["detail"], bad), (at, bad, problem)


def shows_a_regular_expression(text: str, typed: Any) -> bool:
    """Whether an error shows one that the caller has not typed."""
    return (
        any(mark in text for mark in ("[^", "\\x", "$'", "]*", "A-Z", "pattern '")) and str(typed) not in text
    )


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[" * 100_000, 400),
        (b'{"name": "\xff"}', 400),
        (b"\xff\xfe", 422),
        (b"null", 422),
        (b'"name"', 422),
        (b'{"name": 1' + b"0" * 5000 + b"}", 400),
    ],
)
async def test_malformed_json_is_refused(booked: Booked, content: bytes, status: int) -> None:
    before = booked.school.rows()
    headers = {"content-type": "application/json"}
    answer = await booked.school.api.post("/v1/instructors", content=content, headers=headers)
    problem_of(answer, status, "invalid-input")
    assert booked.school.rows() == before


async def test_a_form_is_refused_where_json_is_expected(booked: Booked) -> None:
    answer = await booked.school.api.post("/v1/instructors", data={"name": "Ben", "email": "b@c.example"})
    problem_of(answer, 422, "invalid-input")


async def test_every_wrong_field_is_named(booked: Booked) -> None:
    body = {"name": "", "email": "nobody", "language": "english", "time_zone": "Mars", "admin": True}
    answer = await booked.school.api.post("/v1/guardians", json=body)
    problem = problem_of(answer, 422, "invalid-input")
    assert {field["where"] for field in problem["fields"]} == {f"body.{name}" for name in body}
    assert all(field["problem"] for field in problem["fields"])


@pytest.mark.parametrize(
    ("path", "body", "where", "words"),
    [
        ("/v1/guardians", {"language": "English"}, "body.language", "two small letters, such as en"),
        ("/v1/students", {"external_id": "a\nb"}, "body.external_id", "a single line"),
        ("/v1/students", {"guardian_ids": ["Ada"]}, "body.guardian_ids.0", "Must be an id, such as"),
        ("/v1/students", {"guardian_ids": [ID, ID]}, "body.guardian_ids", "an id is listed twice"),
        ("/v1/guardians", {"name": "x" * 300}, "body.name", "Must have at most 200 characters"),
        ("/v1/courses", {"level": "a\x01"}, "body.level", "without control characters"),
        ("/v1/identity-providers", {"issuer": "school"}, "body.issuer", "starts with https://"),
        ("/v1/identity-providers", {"client_id": "a b"}, "body.client_id", "without spaces"),
    ],
)
async def test_an_error_says_in_words_what_is_allowed(
    booked: Booked, path: str, body: dict[str, Any], where: str, words: str
) -> None:
    problem = problem_of(await booked.school.api.post(path, json=body), 422, "invalid-input")
    (field,) = [field for field in problem["fields"] if field["where"] == where]
    assert words in field["problem"]
    assert "Value error" not in field["problem"]


async def test_a_query_is_refused_in_words(booked: Booked) -> None:
    for query, words in (
        ("events?kind=Nope", "such as session.created"),
        ("topics?course_id=maths", "an id"),
    ):
        answer = await booked.school.api.get(f"/v1/{query}")
        assert words in problem_of(answer, 422, "invalid-input")["detail"]


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "a@",
        "@b",
        "a b@c.example",
        "a@b@c.example",
        "Ann <a@b.example>",
        "a@b.example,c@d.example",
        "a\n@b.example",
        "a\x01@b.example",
        "a(b)@c.example",
        "a..b@c.example",
        ".a@c.example",
        "a@-b.example",
        "é@c.example",
        "a@b.example\r\nBcc: x@y.example",
        "a@" + "b" * 250 + ".example",
    ],
)
async def test_malformed_email_addresses_are_refused(booked: Booked, address: str) -> None:
    body = {"name": "Ann", "email": address}
    problem_of(await booked.school.api.post("/v1/guardians", json=body), 422, "invalid-input")


@pytest.mark.parametrize(
    "name", ["", "   ", "a\nb", "a\0b", "\x1b[31mred", "x" * 201], ids=lambda name: repr(name[:12])
)
async def test_malformed_names_are_refused(booked: Booked, name: str) -> None:
    problem_of(await booked.school.api.post("/v1/students", json={"name": name}), 422, "invalid-input")


@pytest.mark.parametrize("name", ["Zoë", "李小龍", "O'Brien; --", "👩🏽‍🏫", "  Ann  ", "x" * 200])
async def test_unusual_names_are_accepted(booked: Booked, name: str) -> None:
    guest = await booked.school.post(f"/v1/sessions/{booked.session_id}/guests", {"name": name})
    assert guest["name"] == name.strip()
