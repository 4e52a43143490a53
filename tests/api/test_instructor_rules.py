"""Bookings that a rule about the instructor refuses: every rule is named, and a reason sets them aside."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.campus import HOUR, Json, School, problem_of
from tests.console.forms import hidden
from tests.links import open_link

pytestmark = pytest.mark.adapter

REASON = "The family asked for Ada"


async def refuse_everything(harbour: School) -> None:
    """Let the instructor be qualified for another subject, and on leave for the next 60 days."""
    path = f"/v1/instructors/{harbour.ids['instructor']}"
    start = datetime.now(UTC)
    leave = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(days=60)).isoformat()}
    answer = await harbour.api.put(f"{path}/availability", json={"leave": [leave]})
    assert answer.is_success, answer.text
    version = (await harbour.api.get(path)).headers["etag"]
    held = {"qualifications": [{"subject": "Pottery", "level": ""}]}
    assert (await harbour.api.patch(path, json=held, headers={"if-match": version})).is_success


async def test_a_refusal_names_each_rule_and_a_reason_books_anyway(harbour: School) -> None:
    moved = await harbour.book()
    await refuse_everything(harbour)
    name = (await harbour.get(f"/v1/instructors/{harbour.ids['instructor']}"))["name"]
    before = harbour.rows()
    answer = await harbour.api.post("/v1/sessions", json=harbour.booking(96 * HOUR))
    problem = problem_of(answer, 409, "instructor-unavailable")
    assert harbour.rows() == before
    assert problem["rules"] == "not_qualified,on_leave"
    assert f"{name} isn't qualified to teach" in problem["detail"]
    assert f"{name} is on leave at that time." in problem["detail"]
    assert "override reason" in problem["next_step"]
    session_id = await harbour.book(96 * HOUR, override_reason=REASON)
    times = {key: harbour.booking(72 * HOUR)[key] for key in ("starts_at", "ends_at")}
    move = f"/v1/sessions/{moved}/reschedule"
    problem_of(await harbour.api.post(move, json=times), 409, "instructor-unavailable")
    assert (await harbour.api.post(move, json=times | {"override_reason": REASON})).is_success
    for key in (session_id, moved):
        log: Json = await harbour.get(f"/v1/audit?subject_id={key}&limit=100")
        (entry,) = [one for one in log["items"] if "override_reason" in one["changes"]]
        assert entry["changes"]["override_reason"][1] == REASON
        assert entry["actor"].startswith("key:")
    assert harbour.rows()["override_request"] == 0


@pytest.mark.parametrize("reason", ["", "x" * 501])
async def test_an_override_needs_a_reason(harbour: School, reason: str) -> None:
    answer = await harbour.api.post("/v1/sessions", json=harbour.booking(override_reason=reason))
    problem_of(answer, 422, "invalid-input")


async def test_the_console_asks_for_a_reason_where_a_rule_refuses(harbour: School) -> None:
    moved = await harbour.book()
    await refuse_everything(harbour)
    path = f"/courses/{harbour.ids['course']}/book"
    async with harbour.campus.browser() as browser:
        await open_link(browser, harbour.campus.console_url(harbour.id))
        form = await browser.get(path)
        assert "Override reason" not in form.text
        day = f"{datetime.now(UTC) + timedelta(days=5):%Y-%m-%d}"
        body = {
            "key": hidden(form, "key"),
            "instructor_id": harbour.ids["instructor"],
            "starts_at": f"{day}T10:00",
            "minutes": "20",
            "student_ids": [harbour.ids["student 0"]],
        }
        refused = await browser.post(path, data=body)
        assert refused.status_code == 409
        assert "is on leave at that time." in refused.text
        assert "Override reason" in refused.text
        again = body | {"key": hidden(refused, "key"), "override_reason": REASON}
        booked = await browser.post(path, data=again)
        assert booked.status_code == 200, booked.text
        assert REASON in (await browser.get(booked.url)).text
        move = {"starts_at": f"{day}T14:00", "minutes": "20"}
        asked = await browser.post(f"/sessions/{moved}/reschedule", data=move, headers={"hx-request": "true"})
        assert asked.status_code == 409
        assert 'name="override_reason"' in asked.text
        done = await browser.post(
            f"/sessions/{moved}/reschedule",
            data=move | {"override_reason": REASON},
            headers={"hx-request": "true"},
        )
        assert done.is_success, done.text
