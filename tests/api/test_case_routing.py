"""Rules of routing are drafted, tried and published; rotas and channels are kept; who may do what."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.bodies import CHANNEL
from tests.campus import Campus, Json, School, problem_of, school
from tests.integrations.receiver import receiving

pytestmark = pytest.mark.adapter

TO_OPS = {"roles": ["ops"]}


@pytest.fixture(scope="module")
async def shore(campus: Campus) -> AsyncIterator[School]:
    """A school of its own, whose rules start empty."""
    async with school(campus) as opened:
        yield opened


@pytest.fixture(scope="module")
async def people(shore: School) -> dict[str, str]:
    made = {}
    for name, role in (("Olu", "ops"), ("Ana", "admin")):
        body = {"name": name, "email": f"{name}@shore.example", "role": role}
        made[name] = (await shore.post("/v1/members", body))["id"]
    return made


@pytest.fixture
async def ops(campus: Campus, shore: School) -> AsyncIterator[httpx.AsyncClient]:
    key = await shore.post("/v1/keys", {"name": "ops", "role": "ops"})
    async with campus.client(key["api_key"]) as opened:
        yield opened


def rule(name: str = "all", **values: Any) -> Json:
    return {"name": name, "ladder": [TO_OPS]} | values


async def save(shore: School, *rules: Json) -> Json:
    answer = await shore.api.put("/v1/case-routing", json={"rules": list(rules)})
    assert answer.status_code == 200, answer.text
    saved: Json = answer.json()
    return saved


async def publish(shore: School, *rules: Json) -> Json:
    number = (await save(shore, *rules))["draft"]["number"]
    published: Json = await shore.post("/v1/case-routing/publish", {"number": number})
    return published


async def tried(shore: School, **values: Any) -> Json:
    answer: Json = await shore.post("/v1/case-routing/try", {"kind": "room_lost"} | values)
    return answer


async def test_a_draft_routes_nothing_until_it_is_published(shore: School) -> None:
    await publish(shore, rule("first", queue="days"))
    saved = await save(shore, rule("second", queue="nights"))

    assert [(await tried(shore))["rule"], (await tried(shore, draft=True))["rule"]] == ["first", "second"]
    assert (await tried(shore, rules=[]))["rule"] == ""

    await shore.post("/v1/case-routing/publish", {"number": saved["draft"]["number"]})
    decided = await tried(shore)
    assert (decided["rule"], decided["queue"], decided["number"]) == (
        "second",
        "nights",
        saved["draft"]["number"],
    )
    numbers = [version["number"] for version in await shore.get("/v1/case-routing/versions")]
    assert numbers == sorted(numbers, reverse=True)
    assert (await shore.get("/v1/case-routing"))["draft"] is None


async def test_rules_with_problems_are_saved_and_not_published(shore: School) -> None:
    nobody = str(uuid4())
    saved = await save(shore, rule(), rule("late", ladder=[{"members": [nobody]}]))

    problems = [(found["rule"], found["field"]) for found in saved["problems"]]
    assert problems == [(2, "ladder.0.members"), (2, "conditions")]
    answer = await shore.api.post("/v1/case-routing/publish", json={"number": saved["draft"]["number"]})
    refused = problem_of(answer, 422, "invalid-input")
    assert f"rule 2, ladder.0.members: there is no member of staff {nobody} in use" in refused["detail"]


async def test_two_people_do_not_overwrite_each_others_draft(shore: School) -> None:
    await save(shore, rule("mine"))
    answer = await shore.api.put("/v1/case-routing", json={"rules": [rule("theirs")]})
    stale = {"If-Match": '"1"'} if answer.headers["etag"] != '"1"' else {"If-Match": '"99"'}
    again = await shore.api.put("/v1/case-routing", json={"rules": [rule("mine")]}, headers=stale)
    problem_of(again, 412, "stale-version")
    newer = (await shore.get("/v1/case-routing"))["draft"]["number"] - 1
    if newer:
        old = await shore.api.post("/v1/case-routing/publish", json={"number": newer})
        problem_of(old, 409, "stale-revision")


async def test_a_what_if_names_people_step_by_step(shore: School, people: dict[str, str]) -> None:
    rota = await shore.post(
        "/v1/rotas",
        {"name": "Evenings", "members": [people["Ana"]], "starts_on": "2026-03-02", "time_zone": "UTC"},
    )
    channel = await shore.post("/v1/alert-channels", CHANNEL)
    steps = [
        {"rotas": [rota["id"]]},
        {"after_minutes": 5, "members": [people["Olu"]], "channels": [channel["id"]]},
    ]

    decided = await tried(
        shore, rules=[rule(ladder=steps, from_time="20:00", until_time="08:00")], at="2030-03-04T23:00:00Z"
    )
    by_day = await tried(
        shore, rules=[rule(ladder=steps, from_time="20:00", until_time="08:00")], at="2030-03-04T12:00:00Z"
    )

    told = [[person["name"] for person in step["people"]] for step in decided["steps"]]
    assert (decided["rule"], told) == ("all", [["Ana"], ["Olu"]])
    assert [[one["name"] for one in step["channels"]] for step in decided["steps"]] == [[], [CHANNEL["name"]]]
    assert by_day["rule"] == ""


async def test_ops_override_a_rota_and_change_nothing_else(
    shore: School, ops: httpx.AsyncClient, people: dict[str, str]
) -> None:
    body = {"name": "Days", "members": [people["Ana"]], "starts_on": "2026-03-02", "time_zone": "UTC"}
    rota = await shore.post("/v1/rotas", body)
    one = f"/v1/rotas/{rota['id']}"
    start = datetime.now(UTC) + timedelta(hours=1)
    new = {
        "member_id": people["Olu"],
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=2)).isoformat(),
    }

    made = await ops.post(f"{one}/overrides", json=new)
    assert made.status_code == 201, made.text

    span = {"until": (start + timedelta(hours=5)).isoformat()}
    duties = (await ops.get(f"{one}/on-duty", params=span)).json()
    names = [duty["member"]["name"] for duty in duties]
    assert "Olu" in names
    assert names[0] == names[-1] == "Ana"
    problem_of(await ops.patch(one, json={"members": []}, headers={"If-Match": "*"}), 403, "not-allowed")
    problem_of(await ops.put("/v1/case-routing", json={"rules": []}), 403, "not-allowed")
    problem_of(await ops.post("/v1/alert-channels", json=CHANNEL), 403, "not-allowed")
    assert (await ops.delete(f"{one}/overrides/{made.json()['id']}")).status_code == 204
    assert [duty["member"]["name"] for duty in (await ops.get(f"{one}/on-duty")).json()] == ["Ana"]


async def test_a_channel_never_shows_its_address_and_secret_again(shore: School) -> None:
    made = await shore.post("/v1/alert-channels", CHANNEL | {"target": "http://127.0.0.1:1/hidden-path"})

    for text in (
        str(made),
        str(await shore.get(f"/v1/alert-channels/{made['id']}")),
        str(await shore.get("/v1/alert-channels")),
        str(await shore.get("/v1/audit")),
    ):
        assert "hidden-path" not in text
        assert CHANNEL["secret"] not in text


async def test_a_test_message_says_what_came_of_it(shore: School) -> None:
    async with receiving() as receiver:
        made = await shore.post("/v1/alert-channels", CHANNEL | {"target": receiver.url})
        path = f"/v1/alert-channels/{made['id']}/test"
        assert (await shore.post(path))["delivered"] is True
        receiver.status = 503
        refused = await shore.post(path)
        assert (refused["delivered"], refused["code"]) == (False, "unavailable")
    assert len(receiver.requests) == 2


@pytest.mark.parametrize(
    "change, words",
    [
        ({"secret": None}, "a webhook needs a secret"),
        ({"secret": "short"}, "whsec_"),
        ({"target": "xml://127.0.0.1/x"}, "no channel can be made"),
        ({"target": "not an address"}, ""),
    ],
)
async def test_a_channel_that_could_not_work_is_refused(shore: School, change: Json, words: str) -> None:
    answer = await shore.api.post("/v1/alert-channels", json=CHANNEL | change)

    assert words in problem_of(answer, 422, "invalid-input")["detail"]


async def test_everybody_sets_their_own_preferences_and_admins_those_of_all(
    shore: School, ops: httpx.AsyncClient, people: dict[str, str]
) -> None:
    path = f"/v1/members/{people['Olu']}/alert-preferences"
    wanted = {"quiet_from": "22:00:00", "quiet_until": "07:00:00", "only_critical": True}

    assert (await shore.api.put(path, json=wanted)).json() == wanted
    assert (await ops.get(path)).json() == wanted
    problem_of(await ops.put(path, json=wanted), 403, "not-allowed")
