"""What one request or one network may cost: sizes, listed errors, nested JSON, and requests without a key."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

import pytest

from api.http.body_limit import MAX_OPEN_BODY
from api.http.client_address import ClientAddresses
from api.http.problems import MAX_FIELDS
from domain.errors import RateLimited
from models.database import Database
from services.sign_in_lockout import SignInLockout
from tests.api.events import post_webhook
from tests.campus import ADMIN, Campus, School, problem_of, serving, settings_for
from tests.http_clients import http_client
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter

JSON = {"content-type": "application/json"}
DEEP = b"[" * 14_000
LARGEST_ANSWER = 20_000  # bytes
WRONG_BODIES = {
    "unknown fields": b"{" + b",".join(b'"a%d":0' % number for number in range(5_000)) + b"}",
    "a long name": b'{"' + b"a" * 50_000 + b'": 0}',
    "nested arrays": DEEP,
    "nested and closed": DEEP + b"]" * 14_000,
    "nested objects": b'{"a":' * 9_000,
    "nested in a field": b'{"name":' + DEEP + b"]" * 14_000 + b"}",
}


@pytest.fixture(scope="module")
async def anywhere(house: Campus) -> AsyncIterator[School]:
    """A school without the rest of the stack."""
    async with house.client(ADMIN) as operator:
        made = await operator.post("/v1/organizations", json={"name": f"School {uuid4()}"})
    async with house.client(made.json()["api_key"]) as api:
        yield School(house, uuid4(), api)


def operations(house: Campus) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation that takes JSON; its ids belong to nothing."""
    for template, methods in house.app.openapi()["paths"].items():
        path = template
        for name in [part[1:-1] for part in template.split("/") if part.startswith("{")]:
            path = path.replace(f"{{{name}}}", "1" if name in ("revision", "table", "form") else str(uuid4()))
        for method, operation in methods.items():
            if "application/json" in operation.get("requestBody", {}).get("content", {}):
                yield method.upper(), path, operation


async def test_every_operation_answers_wrong_bodies_briefly(anywhere: School) -> None:
    """Not one answers with a fault, nor with more than was sent."""
    odd = []
    for method, path, operation in operations(anywhere.campus):
        for name, body in WRONG_BODIES.items():
            answer = await anywhere.api.request(method, path, content=body, headers=JSON | {"If-Match": "*"})
            wrong = answer.status_code >= 500 or answer.is_success or len(answer.content) > LARGEST_ANSWER
            refused = answer.status_code in (400, 422)
            if wrong or not (refused or operation.get("security") != [{"bearer": []}]):
                odd.append((method, path, name, answer.status_code, len(answer.content)))
    assert odd == []


async def test_of_many_wrong_fields_the_first_are_listed(anywhere: School) -> None:
    wrong = {f"a{number}": 0 for number in range(MAX_FIELDS + 7)}
    answer = await anywhere.api.post("/v1/guardians", json={"name": "Mia", "email": "m@a.example"} | wrong)
    problem = problem_of(answer, 422, "invalid-input")
    assert len(problem["fields"]) == MAX_FIELDS
    assert problem["detail"].endswith("; and 7 more")


async def test_a_row_of_an_import_lists_few_errors_and_nested_rows_are_refused(anywhere: School) -> None:
    row = WRONG_BODIES["unknown fields"]
    lines = b"\n".join([row, b'{"name":' + DEEP + b"]" * 14_000 + b"}", b'{"name": "Mia"}'])
    answer = await anywhere.api.post(
        "/v1/students/bulk?dry_run=true", content=lines, headers={"content-type": "application/x-ndjson"}
    )
    assert answer.status_code == 200
    assert len(answer.content) < LARGEST_ANSWER
    assert '"refused":2' in answer.text
    assert '"taken":1' in answer.text


async def test_lists_in_bodies_have_a_length(anywhere: School) -> None:
    """Of a list without one, each wrong item costs an error of its own."""
    schemas = anywhere.campus.app.openapi()["components"]["schemas"]
    used: set[str] = set()

    def unlimited(schema: Any, where: str) -> Iterator[str]:
        if isinstance(schema, list):
            for one in schema:
                yield from unlimited(one, where)
        elif isinstance(schema, dict):
            if (name := schema.get("$ref", "").rpartition("/")[2]) and name not in used:
                used.add(name)
                yield from unlimited(schemas[name], name)
            if schema.get("type") == "array" and "maxItems" not in schema and "enum" not in schema["items"]:
                yield where
            for key in ("items", "anyOf", "allOf", "oneOf"):
                yield from unlimited(schema.get(key), where)
            for name, inner in schema.get("properties", {}).items():
                yield from unlimited(inner, f"{where}.{name}")

    bodies = [
        o["requestBody"]["content"]["application/json"]["schema"] for _, _, o in operations(anywhere.campus)
    ]
    assert list(unlimited(bodies, "body")) == []


@pytest.mark.parametrize("credentials", [{}, {"Authorization": "Bearer hr_x_y", "Cookie": "homeroom=x"}])
async def test_requests_without_a_key_have_small_bodies(house: Campus, credentials: dict[str, str]) -> None:
    """What a request claims to be does not make its body on a path without a key any larger."""
    large = b" " * (MAX_OPEN_BODY + 1)
    accepted = []
    async with http_client(house.url, JSON | credentials) as stranger:
        for method, path, operation in operations(house):
            if path == "/v1/livekit/webhooks" or (credentials and operation.get("security")):
                continue
            answer = await stranger.request(method, path, content=large)
            if answer.status_code != 413:
                accepted.append((method, path, answer.status_code))
        for path in ("/sign-in", "/sign-in/link", "/unsubscribe?t=x", "/operator/sign-in"):
            if (await stranger.post(path, content=large)).status_code != 413:
                accepted.append(("POST", path, 0))
    assert accepted == []


async def test_a_nested_webhook_is_malformed(house: Campus) -> None:
    """It is signed, so only LiveKit could send it."""
    for body in (DEEP, DEEP + b"]" * 14_000, b'{"room":' + DEEP + b"]" * 14_000 + b"}"):
        problem_of(await post_webhook(house, body), 400, "malformed-event")


@pytest.fixture
async def few(database_urls: DatabaseUrls) -> AsyncIterator[Campus]:
    """Takes three requests without a key from a network; a proxy on this machine is trusted."""
    settings = settings_for(
        database_urls, open_rate_limit="3/hour", trusted_proxies=["127.0.0.0/8", "10.0.0.0/8"]
    )
    async with serving(settings) as app:
        yield Campus(settings, database_urls, app)


async def statuses(campus: Campus, address: str, count: int = 1) -> list[int]:
    async with campus.client() as stranger:
        path = f"/v1/join/{uuid4()}/credentials"
        return [
            (await stranger.post(path, json={"link": "x"}, headers={"X-Forwarded-For": address})).status_code
            for _ in range(count)
        ]


async def test_requests_without_a_key_are_limited_per_network(few: Campus) -> None:
    assert await statuses(few, "192.0.2.1", 4) == [403] * 3 + [429]
    assert await statuses(few, "192.0.2.2") == [403]
    assert await statuses(few, "2001:db8:0:1::1", 2) == [403] * 2
    assert await statuses(few, "2001:db8:0:1:ffff::2", 2) == [403, 429], "one /64 is one network"
    assert await statuses(few, "2001:db8:0:2::1") == [403]
    assert await statuses(few, "203.0.113.9, 192.0.2.1, 10.1.2.3") == [429], "what the client itself wrote"
    async with few.client() as stranger:
        refused = await stranger.get("/v1/policy", headers={"X-Forwarded-For": "192.0.2.1"})
        problem_of(refused, 429, "rate-limited")
        assert int(refused.headers["retry-after"]) > 0
        for path in ("/healthz", "/static/console/console.css"):
            assert (await stranger.get(path, headers={"X-Forwarded-For": "192.0.2.1"})).status_code == 200


WRONG = {
    "a key": {"Authorization": "Bearer hr_x_y"},
    "no key at all": {"Authorization": "Basic eA=="},
    "a cookie": {"Cookie": "homeroom=x"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_wrong_credentials_are_limited_per_network_and_lock_nobody_out(
    few: Campus, wrong: dict[str, str]
) -> None:
    async with few.client(ADMIN) as operator:
        made = await operator.post("/v1/organizations", json={"name": f"School {uuid4()}"})
        key = made.json()["api_key"]
    network = {"X-Forwarded-For": "192.0.2.1"}
    paths = ("/v1/policy", "/v1/organizations", "/today", "/v1/openapi.json", "/nothing-here")
    async with few.client() as stranger:
        for _ in range(3):
            assert (await stranger.get("/v1/policy", headers=network | wrong)).status_code == 401
        for path in paths:
            refused = await stranger.request(
                "POST" if path == "/v1/organizations" else "GET", path, headers=network | wrong
            )
            problem_of(refused, 429, "rate-limited")
            assert int(refused.headers["retry-after"]) > 0
            assert refused.headers["x-content-type-options"] == "nosniff"
        assert (await stranger.head("/v1/policy", headers=network | wrong)).status_code == 429
        elsewhere = {"X-Forwarded-For": "192.0.2.2"} | wrong
        assert (await stranger.get("/v1/policy", headers=elsewhere)).status_code == 401
    async with few.client(key) as neighbour:
        for _ in range(5):
            assert (await neighbour.get("/v1/policy", headers=network)).status_code == 200
    async with few.client(ADMIN) as operator:
        body = {"name": f"School {uuid4()}"}
        assert (await operator.post("/v1/organizations", json=body, headers=network)).status_code == 201


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        ((), "10.0.0.1", ["192.0.2.1"], "10.0.0.1"),
        (("10.0.0.0/8",), "192.0.2.7", ["192.0.2.1"], "192.0.2.7"),
        (("10.0.0.0/8",), "10.0.0.1", [], "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        (("10.0.0.0/8",), "10.0.0.1", ["203.0.113.1, 192.0.2.1"], "192.0.2.1"),
        (("10.0.0.0/8",), "10.0.0.1", ["203.0.113.1", "192.0.2.1,10.9.9.9"], "192.0.2.1"),
        (("10.0.0.0/8",), "10.0.0.1", ["10.0.0.3,10.0.0.2"], "10.0.0.3"),
        (("10.0.0.0/8",), "10.0.0.1", ["192.0.2.1, unknown"], "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        (("10.0.0.0/8",), "::ffff:10.0.0.1", ["192.0.2.1:80"], "192.0.2.1"),
        (("2001:db8::/32",), "2001:db8::5", ["192.0.2.1"], "192.0.2.1"),
    ],
)
def test_only_a_trusted_proxy_names_a_client(
    trusted: tuple[str, ...], peer: str, forwarded: list[str], client: str
) -> None:
    lines = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    addresses = ClientAddresses([ip_network(network) for network in trusted])
    assert addresses.of({"type": "http", "client": (peer, 1), "headers": lines}, dict(lines)) == client


async def test_a_whole_school_signs_in_from_one_address(rows: Database) -> None:
    lockout, now = SignInLockout(rows, "a secret"), datetime.now(UTC)
    for number in range(300):
        await lockout.count_link_request(f"person{number}@school.example", "192.0.2.9", now)
    for _ in range(4):
        await lockout.count_link_request("person1@school.example", "192.0.2.9", now)
    with pytest.raises(RateLimited):
        await lockout.count_link_request("person1@school.example", "192.0.2.9", now)
    await lockout.count_link_request("person1@school.example", "198.51.100.1", now)
