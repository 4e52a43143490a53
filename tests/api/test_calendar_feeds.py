"""Calendar feeds: a secret address shows one person's classes, follows their changes, and can be replaced and ended."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest
from icalendar import Calendar

from tests.campus import HOUR, Campus, School, problem_of, school

pytestmark = pytest.mark.adapter


async def address_of(harbour: School, person_id: str) -> str:
    made = await harbour.post(f"/v1/calendar-feeds/{person_id}")
    return urlsplit(made["url"]).path


def events(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return {str(event["uid"]).removesuffix("@homeroom"): event for event in found}


async def test_a_feed_shows_a_persons_classes_and_follows_them(campus: Campus, harbour: School) -> None:
    one, other = harbour.ids["student 0"], harbour.ids["student 1"]
    shared, apart = (
        await harbour.book(48 * HOUR, student_ids=[one, other], time_zone="Europe/Madrid"),
        await harbour.book(72 * HOUR, student_ids=[other]),
    )
    student = await harbour.get(f"/v1/students/{one}")
    paths = {
        "family": await address_of(harbour, student["guardian_ids"][0]),
        "instructor": await address_of(harbour, harbour.ids["instructor"]),
    }
    async with campus.client() as anybody:
        family = events(await anybody.get(paths["family"]))
        teaches = events(await anybody.get(paths["instructor"]))
        assert shared in family
        assert apart not in family
        assert {shared, apart} <= set(teaches)
        assert (family[shared]["sequence"], str(family[shared]["status"])) == (0, "CONFIRMED")
        assert family[shared]["dtstart"].params["TZID"] == "Europe/Madrid"
        assert student["name"] in family[shared]["description"]
        assert "/join/" in str(family[shared]["url"])
        assert str(family[shared]["url"]) != str(teaches[shared]["url"]), "each joins by their own link"

        first = await anybody.get(paths["family"])
        again = await anybody.get(paths["family"], headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]

        starts_at = datetime.now(UTC).replace(microsecond=0) + 50 * HOUR
        times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + HOUR).isoformat()}
        await harbour.post(f"/v1/sessions/{shared}/reschedule", times)
        moved = await anybody.get(paths["family"], headers={"if-none-match": first.headers["etag"]})
        assert events(moved)[shared]["sequence"] == 1
        assert events(moved)[shared].start == starts_at
        await harbour.post(f"/v1/sessions/{shared}/cancel", {"reason": "weather"})
        cancelled = events(await anybody.get(paths["family"]))[shared]
        assert (cancelled["sequence"], str(cancelled["status"])) == (2, "CANCELLED")
        assert "join" not in str(cancelled["description"])


async def test_an_address_is_replaced_and_ended(campus: Campus, harbour: School) -> None:
    person = harbour.ids["instructor"]
    path = f"/v1/calendar-feeds/{person}"
    earlier = await address_of(harbour, person)
    later = await address_of(harbour, person)
    async with campus.client() as anybody:
        problem_of(await anybody.get(earlier), 403, "link-invalid")
        assert (await anybody.get(later)).status_code == 200
        problem_of(await anybody.get("/calendar/guessed.ics"), 403, "link-invalid")
        problem_of(await anybody.get(f"/calendar/{'x' * 5000}.ics"), 403, "link-invalid")
        assert (await harbour.get(path))["person_kind"] == "instructor"
        assert (await harbour.api.delete(path)).status_code == 204
        problem_of(await anybody.get(later), 403, "link-invalid")
    problem_of(await harbour.api.get(path), 404, "not-found")
    problem_of(await harbour.api.post(f"/v1/calendar-feeds/{uuid4()}"), 404, "not-found")
    problem_of(
        await harbour.api.post(f"/v1/calendar-feeds/{harbour.ids['student 0']}"), 422, "invalid-input"
    )  # who has no mail address


async def test_the_address_of_a_retired_person_shows_nothing(campus: Campus, harbour: School) -> None:
    guardian = await harbour.post("/v1/guardians", {"name": "Hana", "email": f"{uuid4()}@family.example"})
    path = await address_of(harbour, guardian["id"])
    async with campus.client() as anybody:
        assert events(await anybody.get(path)) == {}
        retired = await harbour.api.delete(f"/v1/guardians/{guardian['id']}", headers={"if-match": "*"})
        assert retired.is_success, retired.text
        problem_of(await anybody.get(path), 403, "link-invalid")


async def test_only_a_hash_of_an_address_is_stored(campus: Campus, harbour: School) -> None:
    path = await address_of(harbour, harbour.ids["instructor"])
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    with psycopg.connect(campus.database.superuser) as connection:
        stored = connection.execute("select * from calendar_feed").fetchall()
        logged = connection.execute(
            "select changes from change_log where subject = 'calendar_feed'"
        ).fetchall()
    assert stored
    assert logged
    assert token not in f"{stored}{logged}"
    assert "token_hash" not in str(logged)


async def test_another_school_makes_and_reads_no_address(campus: Campus, harbour: School) -> None:
    person = harbour.ids["instructor"]
    await address_of(harbour, person)
    async with school(campus) as stranger:
        path = f"/v1/calendar-feeds/{person}"
        problem_of(await stranger.api.post(path), 404, "not-found")
        problem_of(await stranger.api.get(path), 404, "not-found")
        await stranger.api.delete(path)
    assert (await harbour.get(f"/v1/calendar-feeds/{person}"))["person_id"] == person


async def test_reads_of_one_address_are_limited(campus: Campus, harbour: School) -> None:
    path = await address_of(harbour, harbour.ids["instructor"])
    async with campus.client() as anybody:
        answers = [(await anybody.get(path)).status_code for _ in range(125)]
    assert answers[:100] == [200] * 100
    assert answers[-1] == 429
