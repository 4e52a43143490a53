"""A series of classes is previewed, booked ahead, changed from a day on, and ended."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from domain.cases.kinds import ExceptionKind
from services.handovers import Handovers
from services.series_bookings import SeriesBookings
from services.substitution_notices import SubstitutionNotices
from tests.api.holds import expire
from tests.api.series import WEEK, all_in, classes_when, first_start, weekly
from tests.campus import PATIENCE, Campus, Json, School, problem_of
from workflows.contracts.series import SeriesRef

pytestmark = pytest.mark.adapter


async def starts_of(school: School, classes: list[Json]) -> list[str]:
    return [(await school.get(f"/v1/sessions/{one['session_id']}"))["starts_at"] for one in classes]


async def test_a_preview_names_what_is_in_the_way_and_writes_nothing(harbour: School) -> None:
    before = harbour.rows()
    first = (await harbour.post("/v1/series/preview", weekly(harbour)))["classes"][0]
    times = {"starts_at": first["starts_at"], "ends_at": first["ends_at"]}
    assert harbour.rows() == before
    await harbour.post("/v1/sessions", harbour.booking() | times)
    shown = await harbour.post("/v1/series/preview", weekly(harbour))
    assert shown["conflicts"] == 1
    assert "Ada Okafor has another class at that time." in shown["classes"][0]["conflicts"]
    assert shown["classes"][1]["conflicts"] == []


async def test_a_preview_without_instructor_names_the_hours_of_students(harbour: School) -> None:
    noor = harbour.ids["student 0"]
    hours = {"class_hours": [{"weekday": day, "start": "06:00", "end": "07:00"} for day in range(7)]}
    await harbour.change(f"/v1/students/{noor}", hours)
    asked = weekly(harbour, instructor_id=None)
    shown = await harbour.post("/v1/series/preview", asked)
    words = "That is outside the hours at which Noor Haddad can have classes."
    assert [one["conflicts"] for one in shown["classes"]] == [[words]] * 3
    aside = await harbour.post("/v1/series/preview", asked | {"override_reason": "As her mother asked."})
    assert aside["conflicts"] == 0


async def test_a_preview_counts_holds_until_they_expire(harbour: School) -> None:
    first = (await harbour.post("/v1/series/preview", weekly(harbour)))["classes"][0]
    times = {"starts_at": first["starts_at"], "ends_at": first["ends_at"]}
    body = {name: value for name, value in harbour.booking().items() if name != "topic_ids"}
    hold = await harbour.post("/v1/holds", body | times)
    assert (await harbour.post("/v1/series/preview", weekly(harbour)))["conflicts"] == 1
    expire(harbour, hold)
    assert (await harbour.post("/v1/series/preview", weekly(harbour)))["conflicts"] == 0


async def test_a_series_reports_the_classes_that_it_cannot_book_as_one_case(harbour: School) -> None:
    planned = (await harbour.post("/v1/series/preview", weekly(harbour)))["classes"]
    taken = [
        await harbour.post(
            "/v1/sessions", harbour.booking() | {"starts_at": one["starts_at"], "ends_at": one["ends_at"]}
        )
        for one in planned[1:]
    ]
    series = await harbour.post("/v1/series", weekly(harbour))
    classes = await classes_when(harbour, series["id"], all_in("booked", "refused", "refused"))
    assert classes[1]["problem_code"] == "double-booked"
    cases = f"/v1/exceptions?subject_kind=series&subject_id={series['id']}"
    (case,) = (await harbour.get(cases))["items"]
    assert case["kind"] == ExceptionKind.OCCURRENCE_NOT_BOOKED
    assert case["detail"]["classes"] == "2"
    assert case["detail"]["dates"] == ", ".join(one["scheduled"][:10] for one in planned[1:])
    await harbour.post(f"/v1/sessions/{taken[0]['id']}/cancel", {"reason": "weather"})
    assert await harbour.post(f"/v1/series/{series['id']}/try-again") == {"tried": 2}
    await classes_when(harbour, series["id"], all_in("booked", "booked", "refused"))
    (case,) = (await harbour.get(cases))["items"]
    assert (case["detail"]["classes"], case["state"]) == ("1", "open")
    await harbour.post(f"/v1/series/{series['id']}/classes/{classes[2]['id']}/cancel", {})
    assert (await harbour.get(cases))["items"] == []
    cases = await harbour.get(f"/v1/exceptions?subject_kind=series&subject_id={series['id']}")
    assert cases["items"] == []


async def test_looks_at_the_same_time_book_each_class_once(campus: Campus, harbour: School) -> None:
    """As when a worker dies during a look, and another repeats it."""
    series = await harbour.post("/v1/series", weekly(harbour, 5))
    shared = campus.app.state.homeroom
    notices = SubstitutionNotices(campus.links, "school@harbour.example")
    handovers = Handovers(shared.database, shared.sessions, notices)
    bookings = SeriesBookings(shared.database, shared.classes, handovers)
    ref = SeriesRef(harbour.id, UUID(series["id"]))
    await asyncio.gather(*(bookings.advance(ref, datetime.now(UTC)) for _ in range(3)))
    classes = await classes_when(harbour, series["id"], all_in(*["booked"] * 5))
    listed = await harbour.get(
        f"/v1/sessions?from={classes[0]['starts_at']}&to={classes[4]['ends_at']}&limit=50".replace("+", "%2B")
    )
    assert sorted(one["id"] for one in listed["items"]) == sorted(one["session_id"] for one in classes)
    assert classes[0]["session_id"] == str(uuid5(UUID(classes[0]["id"]), "0"))


async def test_a_change_touches_the_classes_from_its_day_on_and_none_that_stands_alone(
    harbour: School,
) -> None:
    series = await harbour.post("/v1/series", weekly(harbour, 4))
    path = f"/v1/series/{series['id']}"
    before = await classes_when(harbour, series["id"], all_in(*["booked"] * 4))
    alone = (first_start() + 2 * WEEK + timedelta(days=1, hours=1)).isoformat()
    await harbour.post(f"{path}/classes/{before[2]['id']}/move", {"starts_at": alone})
    from_day = (first_start() + WEEK).date().isoformat()
    change = {"from_day": from_day, "starts": "18:30:00"}
    shown = await harbour.post(f"{path}/change/preview", change)
    assert (len(shown["moved"]), shown["same"], shown["added"], shown["removed"]) == (2, 1, [], [])
    await harbour.post(f"{path}/change", change)
    after = await classes_when(
        harbour, series["id"], lambda all_: all(one["starts_at"][14:16] == "30" for one in (all_[1], all_[3]))
    )
    assert [one["session_id"] for one in after] == [one["session_id"] for one in before]
    async with asyncio.timeout(PATIENCE):
        while (await harbour.get(path))["to_change"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    starts = await starts_of(harbour, after)
    assert starts[0] == before[0]["starts_at"]
    assert [start[14:16] for start in starts] == ["00", "30", "00", "30"]
    stale = await harbour.api.post(f"{path}/change", json=change, headers={"if-match": '"1"'})
    problem_of(stale, 412, "stale-version")


async def test_ending_a_series_cancels_what_comes_after(harbour: School) -> None:
    series = await harbour.post("/v1/series", weekly(harbour, 3))
    path = f"/v1/series/{series['id']}"
    classes = await classes_when(harbour, series["id"], all_in(*["booked"] * 3))
    end = {"last_day": first_start().date().isoformat(), "reason": "weather"}
    assert len((await harbour.post(f"{path}/end/preview", end))["cancelled"]) == 2
    await harbour.post(f"{path}/end", end)
    await harbour.run_until(classes[2]["session_id"], "cancelled", "closed")
    await classes_when(harbour, series["id"], all_in("booked", "cancelled", "cancelled"))
    last = await harbour.get(f"/v1/sessions/{classes[2]['session_id']}")
    assert (last["outcome"], last["cancel_reason"]) == ("cancelled", "weather")


async def test_ending_a_series_after_its_last_class_leaves_its_rule(harbour: School) -> None:
    series = await harbour.post("/v1/series", weekly(harbour, 2))
    await classes_when(harbour, series["id"], all_in("booked", "booked"))
    late = {"last_day": (first_start().date() + 30 * WEEK).isoformat()}
    ended = await harbour.post(f"/v1/series/{series['id']}/end", late)
    assert ended["recurrence"] == series["recurrence"]
    classes = await harbour.get(f"/v1/series/{series['id']}/classes")
    await harbour.post(f"/v1/sessions/{classes[0]['session_id']}/cancel", {"reason": "weather"})
    await classes_when(harbour, series["id"], all_in("cancelled", "booked"))
    assert (await harbour.get(f"/v1/series/{series['id']}"))["booked"] == 1
    change = {"from_day": (first_start().date()).isoformat(), "minutes": 30}
    assert (await harbour.post(f"/v1/series/{series['id']}/change/preview", change))["added"] == []


async def test_classes_go_on_without_a_student_who_is_retired(harbour: School) -> None:
    """With the last of them the series can book no class, and says so."""
    both = [(await harbour.post("/v1/students", {"name": f"Student {n}"}))["id"] for n in range(2)]
    change = {"from_day": first_start().date().isoformat(), "instructor_id": harbour.ids["instructor"]}
    found = {}
    for retired in (both[:1], both):
        for_both = weekly(harbour, 1, student_ids=both, instructor_id=None)
        series = await harbour.post("/v1/series", for_both)
        for key in retired:
            assert (await harbour.api.delete(f"/v1/students/{key}")).status_code == 204
        shown = await harbour.post(f"/v1/series/{series['id']}/change/preview", change)
        assert len(shown["other_instructor"]) == 1
        await harbour.post(f"/v1/series/{series['id']}/change", change)
        (found[len(retired)],) = await classes_when(
            harbour,
            series["id"],
            lambda all_: all_[0]["state"] in ("booked", "refused") and "no-" not in all_[0]["problem_code"],
        )
        if len(retired) == 1:
            people = await harbour.get(f"/v1/sessions/{found[1]['session_id']}/participants")
            assert [one["student_id"] for one in people if one["role"] == "student"] == both[1:]
            await harbour.post(f"/v1/sessions/{found[1]['session_id']}/cancel", {"reason": "weather"})
            await harbour.post(f"/v1/students/{both[0]}/restore")
    assert found[2]["problem"] == "all students of this series are retired"


async def test_a_course_is_in_use_as_long_as_a_series_is_to_book_classes_of_it(harbour: School) -> None:
    far = (first_start() + 20 * WEEK).isoformat()
    series = await harbour.post("/v1/series", weekly(harbour, 2, starts_at=far))
    refused = await harbour.api.delete(f"/v1/courses/{harbour.ids['course']}")
    assert "series will book 2 more classes of this" in problem_of(refused, 409, "in-use")["detail"]
    end = {"last_day": first_start().date().isoformat()}
    await harbour.post(f"/v1/series/{series['id']}/end", end)
    assert (await harbour.api.delete(f"/v1/courses/{harbour.ids['course']}")).status_code == 204
    shown = await harbour.post(
        f"/v1/series/{series['id']}/change/preview",
        {"from_day": far[:10], "recurrence": "FREQ=WEEKLY;COUNT=1"},
    )
    assert any("is retired." in why for why in shown["added"][0]["conflicts"])


async def test_another_instructor_takes_over_the_booked_classes(harbour: School) -> None:
    series = await harbour.post("/v1/series", weekly(harbour, 2))
    classes = await classes_when(harbour, series["id"], all_in("booked", "booked"))
    person = {"name": "Ben Castro", "email": f"ben.{harbour.id}@harbour.example"}
    ben = (await harbour.post("/v1/instructors", person))["id"]
    change = {"from_day": (first_start() + WEEK).date().isoformat(), "instructor_id": ben}
    shown = await harbour.post(f"/v1/series/{series['id']}/change/preview", change)
    assert len(shown["other_instructor"]) == 1
    await harbour.post(f"/v1/series/{series['id']}/change", change)
    await classes_when(harbour, series["id"], lambda all_: all_[1]["instructor_id"] == ben)
    assert (await harbour.names(classes[1]["session_id"]))[0] == "Ben Castro"
    assert (await harbour.names(classes[0]["session_id"]))[0] == "Ada Okafor"


async def test_students_join_and_leave_a_series_from_a_day_on(harbour: School) -> None:
    mia, noor = harbour.ids["student 0"], harbour.ids["student 1"]
    iris = await harbour.add_student()
    body = weekly(harbour, 3, student_ids=[mia, noor])
    series = await harbour.post("/v1/series", body)
    classes = await classes_when(harbour, series["id"], all_in("booked", "booked", "booked"))
    busy = {"starts_at": classes[2]["starts_at"], "ends_at": classes[2]["ends_at"], "student_ids": [iris]}
    ben = {"name": "Ben Castro", "email": f"ben.{harbour.id}@harbour.example"}
    busy["instructor_id"] = (await harbour.post("/v1/instructors", ben))["id"]
    await harbour.post("/v1/sessions", harbour.booking() | busy)
    path = f"/v1/series/{series['id']}"
    from_day = (first_start() + WEEK).date().isoformat()
    change = {"from_day": from_day, "add_student_ids": [iris], "remove_student_ids": [noor]}
    shown = await harbour.post(f"{path}/change/preview", change)
    assert [one["conflicts"] for one in shown["other_students"]] == [
        [],
        ["Iris Meyer has another class at that time."],
    ]
    assert (shown["moved"], shown["same"]) == ([], 0)
    changed = await harbour.post(f"{path}/change", change)
    assert changed["student_ids"] == [mia, iris]
    async with asyncio.timeout(PATIENCE):
        while (await harbour.get(path))["to_change"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    names = [await harbour.names(one["session_id"]) for one in classes]
    assert "Iris Meyer" not in names[0]
    assert "Iris Meyer" in names[1]
    assert [len(one) for one in names] == [3, 3, 3]
    assert "Iris Meyer" not in names[2], "she has another class then, which is reported"
    (case,) = (await harbour.get(f"/v1/exceptions?subject_kind=series&subject_id={series['id']}"))["items"]
    assert case["detail"]["codes"] == "double-booked"
    nobody = change | {"add_student_ids": [], "remove_student_ids": [mia, iris]}
    refused = await harbour.api.post(f"{path}/change/preview", json=nobody)
    assert "nobody would be left" in problem_of(refused, 422, "invalid-input")["detail"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("series/{id}/change/preview", {"from_day": "9999-12-31", "recurrence": "FREQ=WEEKLY"}),
        ("series/{id}/end", {"last_day": "9999-12-31"}),
        ("plans", {"first_day": "9999-12-31", "last_day": "9999-12-31"}),
    ],
)
async def test_a_day_at_the_end_of_time_is_refused(harbour: School, path: str, body: Json) -> None:
    answer = await harbour.api.post(f"/v1/{path.format(id=uuid5(harbour.id, path))}", json=body)
    assert "between the years 2000 and 2100" in problem_of(answer, 422, "invalid-input")["detail"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"recurrence": "FREQ=SECONDLY"}, "DAILY, WEEKLY or MONTHLY"),
        ({"recurrence": "FREQ=DAILY;COUNT=100000"}, "COUNT must be a number"),
        ({"student_ids": []}, "at least one student"),
        ({"starts_at": "2020-01-07T17:00:00"}, "past"),
    ],
)
async def test_a_series_that_cannot_be_is_refused(harbour: School, changes: Json, words: str) -> None:
    answer = await harbour.api.post("/v1/series", json=weekly(harbour) | changes)
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["detail"]
