"""The pages of routing rules, on-call rotas, alert channels and alert preferences."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from playwright.async_api import Page, expect

from domain.cases.kinds import ExceptionKind
from domain.sessions.states import SessionState
from domain.subjects import Subject, SubjectKind
from tests.api.bodies import CHANNEL
from tests.api.roles import signed_in
from tests.campus import School, problem_of, school
from tests.console.case_rows import add_many, case_about, class_in
from tests.console.forms import hidden
from tests.console.screens import look_and_check
from tests.console.taught import Hall
from tests.integrations.receiver import receiving
from tests.links import open_link
from tests.markup import MARKUP, check

pytestmark = pytest.mark.adapter
RULES, ROTAS, CHANNELS = "/settings/routing", "/settings/rotas", "/settings/channels"
SUBSTITUTES = "/settings/substitutes"
SUBSTITUTE_RULES = {
    "do": "save",
    "weight-knows_students": "6",
    "weight-knows_course": "2",
    "weight-fair_share": "0,5",
    "weight-cost": "1",
    "pace": ["0", "1"],
    "pace-0-before": "2 hours",
    "pace-0-answer_within": "10 min",
    "pace-0-at_once": "",
    "pace-1-before": "2 days",
    "pace-1-answer_within": "4 hours",
    "pace-1-at_once": "2",
    "late": "15 minutes",
}
STEP = {"step": "0", "step-0-after_minutes": "0", "step-0-mail": "true", "step-0-roles": "ops"}


@pytest.fixture
async def shore(hall: Hall) -> AsyncIterator[School]:
    """A school of its own, whose rules start empty."""
    async with school(hall.campus) as opened:
        yield opened


@pytest.fixture
async def operator(shore: School) -> AsyncIterator[httpx.AsyncClient]:
    async with shore.campus.browser() as browser:
        await open_link(browser, shore.campus.console_url(shore.id))
        yield browser


async def member(shore: School, name: str, role: str = "ops") -> str:
    body = {"name": name, "email": f"{uuid4()}@shore.example", "role": role}
    made: str = (await shore.post("/v1/members", body))["id"]
    return made


async def save_rule(browser: httpx.AsyncClient, path: str = "rules/new", **typed: Any) -> httpx.Response:
    """Fill in the form of a rule and save it."""
    form = await browser.get(f"{RULES}/{path}")
    opened = {name: hidden(form, name) for name in ("number", "version", "place", "was")}
    position = re.search(r'name="position"[^>]*|value="(\d+)"[^>]*name="position"', form.text)
    assert position
    place = re.search(r'value="(\d+)" autocomplete="off"\s+id="field-position"', form.text)
    body = opened | {"position": place[1] if place else "1", "do": "save"} | STEP | typed
    return await browser.post(f"{RULES}/rules", data=body)


def text_of(answer: httpx.Response) -> str:
    """The text of the main part, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2]))


async def test_exceptions_that_would_go_elsewhere_alike_stand_together(
    operator: httpx.AsyncClient, shore: School
) -> None:
    for kind, key in ((SubjectKind.INSTRUCTOR, "instructor"), (SubjectKind.COURSE, "course")):
        await case_about(shore, Subject(kind, UUID(shore.ids[key])), ExceptionKind.STEP_FAILED)
    await save_rule(operator, name="By night", queue="night shift", kinds="step_failed")
    last_week = await operator.get(f"{RULES}/last-week")
    assert "2 of 2 exceptions would have gone elsewhere" in text_of(last_week)
    assert last_week.text.count('data-heading="With the draft"') == 1
    assert len(set(re.findall(r'href="(/exceptions/[^"]+)"', last_week.text))) == 2


async def test_rules_are_drafted_compared_tried_and_published(
    operator: httpx.AsyncClient, shore: School
) -> None:
    assert "No rules" in (await operator.get(RULES)).text
    about = Subject(SubjectKind.INSTRUCTOR, UUID(shore.ids["instructor"]))
    await case_about(shore, about, ExceptionKind.STEP_FAILED)

    drafted = await save_rule(operator, name=MARKUP.format("rule"), queue="night shift", kinds="step_failed")
    check(drafted.text, "rule")
    assert "1 change" in text_of(drafted)
    assert "added" in text_of(drafted)
    last_week = await operator.get(f"{RULES}/last-week")
    assert "1 of 1 exception would have gone elsewhere" in text_of(last_week)
    repeated = await operator.get(f"{RULES}/try?kind=step_failed&at=2030-10-27T02:30")
    assert repeated.status_code == 200
    tried = text_of(await operator.get(f"{RULES}/try?kind=step_failed&at=2030-03-04T12:00"))
    assert "None matches" in tried.partition("With draft 1")[0]
    assert "night shift" in tried.partition("With draft 1")[2]

    body = {"number": hidden(drafted, "number"), "version": hidden(drafted, "version")}
    published = await operator.post(f"{RULES}/publish", data=body)
    assert "Published." in published.text
    assert (await shore.get("/v1/case-routing"))["published"]["rules"][0]["queue"] == "night shift"

    changed = await save_rule(operator, "rules/1", name=MARKUP.format("rule"), queue="day shift")
    assert "changed" in text_of(changed)
    assert "kinds, queue" in text_of(changed)
    stale = await operator.post(f"{RULES}/publish", data=body)
    assert stale.status_code == 409
    assert (await shore.get("/v1/case-routing"))["published"]["number"] == 1
    discarded = await operator.post(f"{RULES}/discard", data={"number": "2"})
    assert "The draft is discarded." in discarded.text
    assert "night shift" in text_of(await operator.get(f"{RULES}/versions/1"))


async def test_what_is_typed_into_a_rule_is_kept_with_errors_beside_fields(
    operator: httpx.AsyncClient,
) -> None:
    more = await save_rule(operator, name="Evenings", queue="late", do="add")
    assert more.text.count("<legend>Step ") == 2
    assert 'value="late"' in more.text
    wrong = await save_rule(
        operator, name="", queue="late", acknowledge_within_minutes="0", **{"step-0-after_minutes": "soon"}
    )
    assert wrong.status_code == 422
    assert 'value="late"' in wrong.text
    assert 'value="soon"' in wrong.text
    for named in ("name", "acknowledge_within_minutes", "step-0-after_minutes"):
        assert f'id="field-{named}-error"' in wrong.text
    drafted = await save_rule(operator, name="Half", from_time="20:00")
    assert "Cannot be published yet" in drafted.text
    assert "Hours need both a beginning and an end." in (await operator.get(f"{RULES}/rules/1")).text


async def test_a_rule_that_somebody_else_changed_keeps_what_was_typed(
    operator: httpx.AsyncClient, shore: School
) -> None:
    form = await operator.get(f"{RULES}/rules/new")
    opened = {name: hidden(form, name) for name in ("number", "version", "place", "was")}
    theirs = {"name": "theirs", "ladder": [{"roles": ["ops"]}], "kinds": ["room_lost"]}
    assert (await shore.api.put("/v1/case-routing", json={"rules": [theirs]})).status_code == 200

    body = opened | STEP | {"name": "mine", "position": "1", "do": "save"}
    refused = await operator.post(f"{RULES}/rules", data=body)
    assert refused.status_code == 412
    assert 'value="mine"' in refused.text
    again = {name: hidden(refused, name) for name in ("number", "version", "place", "was")}
    await operator.post(f"{RULES}/rules", data=body | again | {"position": "2"})
    draft = (await shore.get("/v1/case-routing"))["draft"]
    assert [rule["name"] for rule in draft["rules"]] == ["theirs", "mine"]
    moved = {"number": draft["number"], "version": draft["version"], "place": 2}
    await operator.post(f"{RULES}/move", data=moved | {"by": -1})
    draft = (await shore.get("/v1/case-routing"))["draft"]
    assert [rule["name"] for rule in draft["rules"]] == ["mine", "theirs"]
    await operator.post(f"{RULES}/remove", data=moved | {"version": draft["version"]})
    assert [rule["name"] for rule in (await shore.get("/v1/case-routing"))["draft"]["rules"]] == ["mine"]


async def test_a_rota_says_who_is_on_duty_and_who_stands_in(
    operator: httpx.AsyncClient, shore: School
) -> None:
    ana, olu = await member(shore, MARKUP.format("Ana")), await member(shore, "Olu")
    form = await operator.get(f"{ROTAS}/new")
    body = {"key": hidden(form, "key"), "name": "", "hand_over_on": "monday", "hand_over_at": "09:00"}
    body |= {"time_zone": "Europe/Madrid", "starts_on": "2026-01-05"}
    wrong = await operator.post(f"{ROTAS}/new", data=body | {"members": [ana]})
    assert wrong.status_code == 422
    assert f'<option value="{ana}" selected>' in wrong.text
    made = await operator.post(f"{ROTAS}/new", data=body | {"name": "Days", "members": [ana, ""]})
    check(made.text, "Ana")
    path = made.url.path

    override = {"key": str(uuid4()), "member_id": olu, "starts_at": "", "ends_at": "2030-13-01"}
    refused = await operator.post(f"{path}/overrides", data=override)
    assert refused.status_code == 422
    assert "Enter a date and a time." in refused.text
    assert f'<option value="{olu}" selected>' in refused.text
    twice = await operator.post(f"{path}/overrides", data=override | {"ends_at": "2030-10-27T02:30"})
    assert 'name="ends_at_offset"' in twice.text
    saved = await operator.post(f"{path}/overrides", data=override | {"ends_at": "2030-03-04T12:00"})
    assert 'class="on-duty">Olu' in saved.text
    listed = await operator.get(ROTAS)
    assert "<strong>Olu</strong>" in listed.text
    (remove,) = re.findall(rf'action="({path}/overrides/[^"]+/remove)"', saved.text)
    assert "Removed." in (await operator.post(remove)).text
    check((await operator.get(path)).text, "Ana")
    assert "Retired" in (await operator.post(f"{path}/retire")).text
    assert "No on-call rotas" in (await operator.get(ROTAS)).text


async def test_rules_for_substitutes_are_set_and_what_changed_can_be_taken_back(
    operator: httpx.AsyncClient, shore: School
) -> None:
    shown = await operator.get(SUBSTITUTES)
    assert "These are the defaults" in shown.text
    body = SUBSTITUTE_RULES | {"version": hidden(shown, "version")}
    more = await operator.post(SUBSTITUTES, data=body | {"do": "add"})
    assert more.text.count('name="pace"') == 3
    saved = await operator.post(SUBSTITUTES, data=body)
    assert "Searches that begin from now on follow these rules." in saved.text
    assert "all at once, 10 minutes to answer" in text_of(saved)
    stored = await shore.get("/v1/substitution-policy")
    assert stored["weights"]["fair_share"] == 0.5
    assert [pace["before"] for pace in stored["paces"]] == ["P2D", "PT2H"]  # in order, however typed
    assert stored["tell_families_of_delay"] is False

    stale = await operator.post(SUBSTITUTES, data=body | {"late": "9 minutes"})
    assert stale.status_code == 412
    assert 'value="9 minutes"' in stale.text
    (change,) = re.findall(r"\?before=(\d+)", saved.text)
    before = await operator.get(f"{SUBSTITUTES}?before={change}")
    assert "Not saved yet" in before.text
    assert 'value="60 minutes"' in before.text or 'value="1 hour"' in before.text
    assert (await operator.get(f"{SUBSTITUTES}?before={2**60}")).status_code == 404
    assert "Not saved yet" in (await operator.get(f"{SUBSTITUTES}?defaults=true")).text


async def test_rules_for_substitutes_that_cannot_be_say_why_beside_each_field(
    operator: httpx.AsyncClient,
) -> None:
    shown = await operator.get(SUBSTITUTES)
    body = SUBSTITUTE_RULES | {"version": hidden(shown, "version")}
    wrong = {"weight-cost": "lots", "pace-0-before": "soon", "pace-1-at_once": "0.5", "late": ""}
    unread = await operator.post(SUBSTITUTES, data=body | wrong)
    assert unread.status_code == 422
    for field in wrong:
        assert f'id="field-{field}-error"' in unread.text, field
    beyond = await operator.post(SUBSTITUTES, data=body | {"weight-cost": "101", "late": "5 seconds"})
    assert "Enter a number from 0 to 100." in beyond.text
    assert "Must be at least 1 minute." in beyond.text
    twice = await operator.post(SUBSTITUTES, data=body | {"pace-0-before": "48 h"})
    assert "Another row has this time." in twice.text


async def test_a_channel_for_offers_is_chosen_with_the_instructors_hours(
    operator: httpx.AsyncClient, shore: School
) -> None:
    channel = (await shore.post("/v1/alert-channels", CHANNEL))["id"]
    path = f"/v1/instructors/{shore.ids['instructor']}/availability"
    page = f"/people/instructors/{shore.ids['instructor']}/availability"
    assert "can be told by a channel as well" in (await operator.get(SUBSTITUTES)).text
    form = await operator.get(page)
    saved = await operator.post(page, data={"version": hidden(form, "version"), "channel": channel})
    assert saved.status_code == 200
    assert (await shore.get(path))["alert_channel_id"] == channel
    assert CHANNEL["name"] in text_of(await operator.get(SUBSTITUTES))


async def test_a_channel_is_added_tested_and_says_what_failed(
    operator: httpx.AsyncClient, shore: School
) -> None:
    async with receiving() as receiver:
        form = await operator.get(f"{CHANNELS}/new")
        body = {"key": hidden(form, "key"), "name": MARKUP.format("channel"), "target": "xml://127.0.0.1/x"}
        wrong = await operator.post(f"{CHANNELS}/new", data=body)
        assert wrong.status_code == 422
        assert 'id="field-target-error"' in wrong.text
        made = await operator.post(f"{CHANNELS}/new", data=body | {"target": receiver.url})
        check(made.text, "channel")
        assert re.search(r'value="whsec_[^"]+"', made.text)
        (channel_id,) = [one["id"] for one in (await shore.get("/v1/alert-channels"))["items"]]
        path = f"{CHANNELS}/{channel_id}"
        assert "took the test message" in (await operator.post(f"{path}/test")).text
        receiver.status = 503
        refused = await operator.post(f"{path}/test")
        assert "The channel did not take the test message" in refused.text
        assert "The webhook answered 503." in refused.text
    shown = await operator.get(path)
    assert receiver.url not in shown.text
    edited = await operator.get(f"{path}/edit")
    change = {"version": hidden(edited, "version"), "name": "Pager", "includes_names": "true"}
    await operator.post(f"{path}/edit", data=change)
    changed = await shore.get(f"/v1/alert-channels/{channel_id}")
    assert (changed["name"], changed["includes_names"]) == ("Pager", True)
    check((await operator.get(CHANNELS)).text)


async def test_ops_read_and_stand_in_and_set_their_own_alerts(shore: School) -> None:
    olu = await member(shore, "Olu")
    rota = await shore.post(
        "/v1/rotas", {"name": "Days", "members": [], "starts_on": "2026-01-05", "time_zone": "UTC"}
    )
    async with await signed_in(shore.campus, shore.id, "member", UUID(olu)) as browser:
        html = {"accept": "text/html"}
        for path in (
            RULES,
            ROTAS,
            CHANNELS,
            SUBSTITUTES,
            f"{RULES}/try",
            f"{RULES}/last-week",
            f"{ROTAS}/{rota['id']}",
        ):
            assert (await browser.get(path, headers=html)).status_code == 200
        for path in (f"{RULES}/rules/new", f"{ROTAS}/new", f"{CHANNELS}/new"):
            problem_of(await browser.get(path), 403, "not-allowed")
        for path in (SUBSTITUTES, f"{RULES}/publish", f"{CHANNELS}/new", f"{ROTAS}/{rota['id']}/retire"):
            problem_of(await browser.post(path), 403, "not-allowed")
        override = {"key": str(uuid4()), "member_id": olu, "ends_at": "2030-03-04T12:00"}
        assert (await browser.post(f"{ROTAS}/{rota['id']}/overrides", data=override)).status_code == 303

        half = await browser.post("/account/alerts", data={"quiet_from": "22:00", "only_critical": "true"})
        assert half.status_code == 422
        assert 'id="field-quiet_until-error"' in half.text
        assert 'value="22:00"' in half.text
        body = {"quiet_from": "22:00", "quiet_until": "07:00", "only_critical": "true"}
        assert (await browser.post("/account/alerts", data=body)).status_code == 303
    set_ = await shore.get(f"/v1/members/{olu}/alert-preferences")
    assert set_ == {"quiet_from": "22:00:00", "quiet_until": "07:00:00", "only_critical": True}


async def test_the_pages_fit_every_screen(page: Page, academy: School) -> None:
    """Empty, with one row and with many, from the keyboard where a rule is entered."""
    base = academy.campus.url
    await page.goto(base + RULES)
    await look_and_check(page, "routing-empty")
    rules = {"weights": {"cost": 2}, "paces": [{"before": "PT3H", "answer_within": "PT9M", "at_once": 2}]}
    assert (await academy.api.put("/v1/substitution-policy", json=rules)).is_success
    await page.goto(base + SUBSTITUTES)
    await look_and_check(page, "substitutes")
    await page.get_by_label("At least this long before class").first.fill("soon")
    await page.get_by_label("Weight of “Cost”").press("Enter")
    await expect(page.get_by_label("At least this long before class").first).to_have_value("soon")
    await look_and_check(page, "substitutes-wrong")
    people = [await member(academy, name) for name in ("Ana Ruiz", "Olu Adeyemi", "Pim de Vries")]
    rota = {"name": "Evenings", "members": people, "starts_on": "2026-01-05", "time_zone": "Europe/Madrid"}
    rotas = [await academy.post("/v1/rotas", rota | {"name": name}) for name in ("Evenings", "Weekends")]
    channels = [
        await academy.post("/v1/alert-channels", CHANNEL | {"name": name, "target": "http://127.0.0.1:1/x"})
        for name in ("Duty phone", "Team room")
    ]
    await page.goto(f"{base}{RULES}/rules/new")
    await page.get_by_label("Name", exact=True).fill("Evenings and nights")
    await page.get_by_label("Queue optional").fill("night shift")
    await page.get_by_label("Room lost").check()
    await page.get_by_label("Evenings", exact=True).check()
    await look_and_check(page, "routing-rule")
    await page.get_by_label("Name", exact=True).press("Enter")
    await expect(page.get_by_text("Saved in the draft.")).to_be_visible()

    draft = await academy.get("/v1/case-routing")
    await academy.post("/v1/case-routing/publish", {"number": draft["draft"]["number"]})
    first = draft["draft"]["rules"][0] | {"queue": "late team", "from_time": "20:00", "until_time": "07:00"}
    steps = [
        {"rotas": [rotas[0]["id"]], "channels": [channels[0]["id"]]},
        {"after_minutes": 10, "members": people[:2], "channels": [one["id"] for one in channels]},
        {"after_minutes": 90, "roles": ["ops", "admin"]},
    ]
    kinds = list(ExceptionKind)
    many = [
        {
            "name": f"Team {number}",
            "kinds": kinds[number : number + 5],
            "queue": f"team {number}",
            "ladder": steps,
        }
        for number in range(12)
    ]
    wrong = {"name": "Never reached", "at_least": "critical", "kinds": kinds[:2], "ladder": []}
    saved = await academy.api.put("/v1/case-routing", json={"rules": [first, *many, wrong]})
    assert saved.status_code == 200, saved.text
    session_id = await class_in(academy, SessionState.LIVE)
    await add_many(academy, session_id, 30)
    for path, name in (
        (RULES, "routing-many"),
        (f"{RULES}/last-week", "routing-last-week"),
        (f"{RULES}/try?kind=step_failed", "routing-try"),
        (f"{ROTAS}/{rotas[0]['id']}", "rota"),
        (f"{ROTAS}/{rotas[0]['id']}/edit", "rota-form"),
        (CHANNELS, "channels-many"),
        (f"{CHANNELS}/new", "channel-form"),
    ):
        await page.goto(base + path)
        await look_and_check(page, name)
    await page.goto(f"{base}{CHANNELS}/{channels[0]['id']}")
    await page.get_by_role("button", name="Send a test").click()
    await expect(page.get_by_text("The channel did not take the test message")).to_be_visible()
    await look_and_check(page, "channel-failed")

    async with await signed_in(academy.campus, academy.id, "member", UUID(people[1])) as browser:
        cookies = [{"name": name, "value": value, "url": base} for name, value in browser.cookies.items()]
    await page.context.add_cookies(cookies)  # type: ignore[arg-type]
    await page.goto(f"{base}/account")
    await page.get_by_label("Quiet from optional").fill("22:00")
    await page.get_by_role("button", name="Save alerts").click()
    await expect(page.get_by_text("Quiet hours need both")).to_be_visible()
    await look_and_check(page, "account-alerts")
