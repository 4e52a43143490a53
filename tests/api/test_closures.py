"""Closed days: nobody is offered them, series skip them, and booked classes are kept or cancelled as asked."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.closures import close, closure
from tests.api.series import WEEK, all_in, classes_when, first_start, weekly
from tests.campus import HOUR, School, problem_of

pytestmark = pytest.mark.adapter
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Holidays//EN
BEGIN:VEVENT
UID:new-year
DTSTAMP:20200101T000000Z
DTSTART;VALUE=DATE:20200101
RRULE:FREQ=YEARLY
SUMMARY:New Year
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"""


def noon_in(days: int) -> datetime:
    """Noon of a day to come, which is the same day in the school's time zone."""
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=days)


async def test_a_closed_day_is_not_offered_and_is_booked_only_with_a_reason(harbour: School) -> None:
    noon = noon_in(9)
    await close(harbour, noon)
    times = {"starts_at": noon.isoformat(), "ends_at": (noon + HOUR).isoformat()}
    asked = {"course_id": harbour.ids["course"], "length": "PT1H", "step": "PT1H"} | {
        "from": noon.isoformat(),
        "to": (noon + 24 * HOUR).isoformat(),
    }
    found = (await harbour.api.get("/v1/slots", params=asked)).json()["items"]
    assert [slot["starts_at"][:10] for slot in found][:1] != [noon.astimezone(UTC).isoformat()[:10]]
    quote = await harbour.post("/v1/quotes", {"course_id": harbour.ids["course"]} | times)
    assert quote["candidates"] == []
    assert quote["refused"][0]["rules"][0]["rule"] == "closed"
    body = harbour.booking() | times
    refused = problem_of(await harbour.api.post("/v1/sessions", json=body), 409, "organization-closed")
    assert refused["rules"] == "closed"
    assert "Founders' day" in refused["detail"]
    await harbour.post("/v1/sessions", body | {"override_reason": "An exam that can't move."})


async def test_booked_classes_stand_until_they_are_cancelled_as_asked(harbour: School) -> None:
    noon = noon_in(9)
    times = {"starts_at": noon.isoformat(), "ends_at": (noon + HOUR).isoformat()}
    session = await harbour.post("/v1/sessions", harbour.booking() | times)
    body = {"closures": [closure(noon)]}
    shown = await harbour.post("/v1/closures/preview", body)
    assert [one["session_id"] for one in shown["booked"]] == [session["id"]]
    problem_of(await harbour.api.post("/v1/closures", json=body), 409, "conflict")
    assert (await harbour.get("/v1/closures"))["items"] == []
    kept = await harbour.post("/v1/closures", body | {"booked_classes": "keep"})
    assert (kept["kept"], kept["cancelled"]) == (1, 0)
    added = await harbour.post("/v1/closures", body | {"booked_classes": "cancel"})
    assert (added["kept"], added["cancelled"]) == (0, 1)
    assert [one["id"] for one in added["closures"]] == [one["id"] for one in kept["closures"]]
    await harbour.run_until(session["id"], "cancelled")


async def test_a_closure_of_a_region_concerns_courses_that_require_it(harbour: School) -> None:
    noon = noon_in(9)
    await close(harbour, noon, region="Bavaria")
    quoted = {
        "course_id": harbour.ids["course"],
        "starts_at": noon.isoformat(),
        "ends_at": (noon + HOUR).isoformat(),
    }
    assert (await harbour.post("/v1/quotes", quoted))["candidates"]
    await harbour.change(f"/v1/courses/{harbour.ids['course']}", {"required_region": "bavaria"})
    refused = (await harbour.post("/v1/quotes", quoted))["refused"]
    assert [one["rules"][0]["rule"] for one in refused] == ["closed"]


async def test_a_series_skips_closed_days_until_they_are_opened_again(harbour: School) -> None:
    second = first_start() + WEEK
    closed = await close(harbour, second)
    shown = await harbour.post("/v1/series/preview", weekly(harbour))
    assert [one["closed"] for one in shown["classes"]] == ["", "Founders' day", ""]
    assert (shown["conflicts"], shown["closed"]) == (0, 1)
    series = await harbour.post("/v1/series", weekly(harbour))
    await classes_when(harbour, series["id"], all_in("booked", "closed", "booked"))
    assert (await harbour.get(f"/v1/exceptions?subject_id={series['id']}&subject_kind=series"))["items"] == []
    assert (await harbour.api.delete(f"/v1/closures/{closed['id']}")).status_code == 204
    await classes_when(harbour, series["id"], all_in("booked", "booked", "booked"))


async def test_a_changed_closure_closes_and_opens_its_days(harbour: School) -> None:
    """The closed day moves from the second to the first class of the series, which is booked."""
    first = first_start()
    closed = await close(harbour, first + WEEK)
    series = await harbour.post("/v1/series", weekly(harbour))
    classes = await classes_when(harbour, series["id"], all_in("booked", "closed", "booked"))
    path, days = f"/v1/closures/{closed['id']}", {"first_day": str(first)[:10], "last_day": str(first)[:10]}
    shown = await harbour.post(f"{path}/preview", days)
    assert [one["session_id"] for one in shown["booked"]] == [classes[0]["session_id"]]
    assert (shown["skipped"], shown["planned_again"], shown["stay_cancelled"]) == (0, 1, [])
    assert (await harbour.get(path))["first_day"] == closed["first_day"], "a preview writes nothing"
    problem_of(await harbour.api.patch(path, json=days), 409, "conflict")
    stale = await harbour.api.patch(path, json=days, headers={"if-match": '"7"'})
    problem_of(stale, 412, "stale-version")
    changed = (await harbour.api.patch(path, json=days | {"booked_classes": "cancel"})).json()
    assert (changed["cancelled"], changed["kept"], changed["planned_again"]) == (1, 0, 1)
    assert changed["closure"] == closed | days | {"version": 2}
    await classes_when(harbour, series["id"], all_in("cancelled", "booked", "booked"))
    away = {"first_day": str(first + 3 * WEEK)[:10], "last_day": str(first + 3 * WEEK)[:10]}
    opened = (await harbour.api.patch(path, json=away)).json()
    assert [one["session_id"] for one in opened["stay_cancelled"]] == [classes[0]["session_id"]]
    wrong = await harbour.api.patch(path, json={"last_day": str(first)[:10]})
    problem_of(wrong, 422, "invalid-input")


async def test_a_calendar_of_holidays_is_read_two_years_ahead(harbour: School) -> None:
    found = (await harbour.post("/v1/closures/read", {"content": CALENDAR}))["closures"]
    assert len(found) == 2
    assert {(one["name"], one["first_day"][4:], one["last_day"][4:]) for one in found} == {
        ("New Year", "-01-01", "-01-01")
    }
    csv = "name;first_day;last_day\nSpring break;2040-03-26;2040-04-06\n"
    assert (await harbour.post("/v1/closures/read", {"content": csv}))["closures"] == [
        {"name": "Spring break", "first_day": "2040-03-26", "last_day": "2040-04-06", "region": ""}
    ]
    wrong = {"content": "name,first_day,last_day\nBreak,2040-03-26,2040-03-20\n"}
    refused = problem_of(await harbour.api.post("/v1/closures/read", json=wrong), 422, "invalid-input")
    assert "line 2" in refused["detail"]
