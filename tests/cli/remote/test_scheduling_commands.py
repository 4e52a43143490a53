"""Each group of scheduling commands against the real API, on its main path: one school for all of them."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services import leave_requests
from services.inputs.leave import NewLeave
from tests.api.series import all_in, classes_when, first_start
from tests.campus import HOUR, Campus, school
from tests.cli.remote.shell import Json, Shell
from tests.console.colleagues import colleague, until

pytestmark = pytest.mark.adapter

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def shell(campus: Campus) -> AsyncIterator[Shell]:
    async with school(campus) as opened:
        yield Shell(opened)


def at(days: int, hour: int = 9) -> str:
    """A wall time in some days, as users type it."""
    return f"{datetime.now(UTC) + days * DAY:%Y-%m-%d}T{hour:02}:00"


async def taught_by(shell: Shell, session_id: str) -> str:
    return str((await shell.row("sessions", "show", session_id))["instructor_id"])


async def ben_of(shell: Shell) -> str:
    return str((await colleague(shell.school, f"Ben{uuid4().hex[:6]}"))["id"])


async def booked(shell: Shell, hours: int, **changes: str) -> str:
    """A class with one student in some hours."""
    return await shell.school.book(hours * HOUR, student_ids=[shell.school.ids["student 0"]], **changes)


async def test_a_class_changes_hands_by_a_swap(shell: Shell) -> None:
    ben, mine = await ben_of(shell), await booked(shell, 30)
    theirs = await booked(shell, 33, instructor_id=ben)
    partners = await shell.rows("swaps", "partners", mine)
    assert ben in {one["instructor_id"] for one in partners if not one["bars"]}
    (exchange,) = await shell.rows("swaps", "partners", mine, "--colleague", ben)
    assert (exchange["session_id"], exchange["bars"], exchange["own_bars"]) == (theirs, [], [])
    offer = ("swaps", "offer", mine, "--colleague", ben)
    first = await shell.row(*offer, "--note", "Please.")
    assert (await shell.row("swaps", "withdraw", first["id"]))["state"] == "withdrawn"
    second = await shell.row(*offer)
    assert "Declined" in await shell.output("swaps", "decline", second["id"])
    third = await shell.row(*offer, "--for", theirs)
    again = await shell.run(*offer)
    assert (again.code, "offered to a colleague already" in again.err) == (1, True)
    assert (await shell.row("swaps", "accept", third["id"]))["state"] == "accepted"
    assert await taught_by(shell, mine) == ben
    assert await taught_by(shell, theirs) == shell.school.ids["instructor"]
    listed = await shell.rows("swaps", "list", "--instructor", ben)
    assert [one["state"] for one in listed] == ["accepted", "declined", "withdrawn"]
    assert (await shell.row("swaps", "show", third["id"]))["return_session_id"] == theirs


async def test_a_class_is_opened_to_volunteers_and_taken(shell: Shell) -> None:
    ben, cleo = await ben_of(shell), await ben_of(shell)
    session_id, other = [await booked(shell, hours) for hours in (50, 53)]
    call = await shell.row("open-classes", "open", session_id, "--note", "Only this once.")
    assert {ben, cleo} <= set(call["told_ids"])
    assert (await shell.row("open-classes", "open", session_id))["told_ids"] == call["told_ids"]
    (result,) = await shell.rows("sessions", "act", "open_to_volunteers", other, "--yes")
    assert result["done"]
    open_now = {one["id"] for one in await shell.rows("sessions", "list", "--open-to-volunteers")}
    assert {session_id, other} <= open_now
    await shell.output("open-classes", "close", other)
    assert (await shell.row("open-classes", "call", other))["state"] == "withdrawn"
    (row,) = [
        one
        for one in await shell.rows("open-classes", "list", "--instructor", ben)
        if one["session_id"] == session_id
    ]
    await shell.output("open-classes", "take", row["id"], "--instructor", ben)
    assert await taught_by(shell, session_id) == ben
    late = await shell.run("open-classes", "take", row["id"], "--instructor", cleo)
    assert late.code == 2, "it is not in the list any more"
    assert (await shell.row("open-classes", "call", session_id))["taken_by_id"] == ben


async def test_time_is_found_held_booked_and_released(shell: Shell) -> None:
    ids = shell.school.ids
    who = ("--course", ids["course"], "--instructor", ids["instructor"])
    found = await shell.rows(
        "slots", "find", *who, "--from", at(6), "--to", at(6, 12), "--student", ids["student 0"]
    )
    assert found
    assert ids["instructor"] in {one["id"] for one in found[0]["instructors"]}
    held, other = [
        await shell.row("slots", "hold", *who, "--starts", at(6, hour), "--student", ids["student 0"])
        for hour in (9, 11)
    ]
    assert {held["id"], other["id"]} <= {one["id"] for one in await shell.rows("slots", "holds")}
    made = await shell.row(
        "sessions", "book", *who, "--starts", at(6, 9), "--student", ids["student 0"], "--hold", held["id"]
    )
    assert made["participants"] == 2
    await shell.output("slots", "release", other["id"])
    assert not {held["id"], other["id"]} & {one["id"] for one in await shell.rows("slots", "holds")}


async def test_leave_is_approved_and_declined(shell: Shell) -> None:
    ben, now = await ben_of(shell), datetime.now(UTC)
    async with shell.school.transaction() as db:
        first, second = [
            (
                await leave_requests.ask(
                    db,
                    UUID(ben),
                    uuid4(),
                    NewLeave(starts_at=now + days * DAY, ends_at=now + (days + 1) * DAY),
                    now,
                )
            ).id
            for days in (2, 5)
        ]
    assert (await shell.row("leave", "show", str(first)))["session_ids"] == []
    assert "Approved" in await shell.output("leave", "approve", str(first), "--answer", "Get well.")
    await shell.output("leave", "decline", str(second))
    states = {one["id"]: one["state"] for one in await shell.rows("leave", "list", "--instructor", ben)}
    assert states == {str(first): "approved", str(second): "declined"}
    availability = await shell.row("instructors", "availability", ben)
    assert len(availability["leave"]) == 1


async def test_a_series_is_planned_changed_and_ended(shell: Shell) -> None:
    ids = shell.school.ids
    start = first_start(9)
    new = (
        "--course", ids["course"], "--instructor", ids["instructor"], "--class-zone", "Europe/Madrid",
        "--student", ids["student 1"], "--starts", start.isoformat(), "--recurrence", "FREQ=WEEKLY;COUNT=3",
    )  # fmt: skip
    assert len((await shell.output("series", "add", *new, "--dry-run")).splitlines()) == 4
    series_id = (await shell.row("series", "add", *new))["id"]
    await classes_when(shell.school, series_id, all_in("booked", "booked", "booked"))
    assert series_id in {one["id"] for one in await shell.rows("series", "list")}
    assert len(await shell.rows("series", "classes", series_id)) == 3
    change = ("series", "change", series_id, "--from", f"{start:%Y-%m-%d}", "--starts", "18:30")
    assert "3 moved" in await shell.output(*change, "--dry-run")
    await shell.output(*change)
    assert (await shell.row("series", "try-again", series_id))["tried"] == 0
    last = ("series", "end", series_id, "--last-day", f"{start + 8 * DAY:%Y-%m-%d}")
    assert "1 classes" in await shell.output(*last, "--dry-run")
    await shell.output(*last)
    assert (await shell.row("series", "show", series_id))["recurrence"]


async def test_students_of_a_series_change_from_a_day_on(shell: Shell) -> None:
    ids, start = shell.school.ids, first_start(12)
    iris = await shell.school.add_student()
    series_id = (
        await shell.row(
            "series", "add", "--course", ids["course"], "--instructor", ids["instructor"], "--class-zone",
            "Europe/Madrid", "--student", ids["student 1"], "--starts", start.isoformat(),
            "--recurrence", "FREQ=WEEKLY;COUNT=2",
        )
    )["id"]  # fmt: skip
    first, second = await classes_when(shell.school, series_id, all_in("booked", "booked"))
    day = f"{start + 7 * DAY:%Y-%m-%d}"
    change = ("series", "change", series_id, "--from", day, "--add-student", iris)
    assert "1 other students" in await shell.output(*change, "--dry-run")
    await shell.output(*change, "--remove-student", ids["student 1"])

    async def has_changed() -> bool:
        return "Iris Meyer" in await shell.school.names(second["session_id"])

    await until(has_changed)
    assert "Iris Meyer" not in await shell.school.names(first["session_id"])
    assert (await shell.row("series", "show", series_id))["student_ids"] == [iris]


async def test_days_are_closed_changed_and_opened_again(shell: Shell, tmp_path: Path) -> None:
    first, second = [f"{datetime.now(UTC) + days * DAY:%Y-%m-%d}" for days in (200, 201)]
    new = ("closures", "add", "Founders' day", "--from", first)
    assert await shell.rows(*new, "--dry-run") == []
    added = (await shell.row(*new))["closures"][0]
    edit = ("closures", "edit", added["id"], "--name", "Founders' days", "--to", second)
    assert "0 classes are skipped" in (await shell.run(*edit, "--dry-run")).err
    assert (await shell.row(*edit))["closure"]["last_day"] == second
    file = tmp_path / "days.csv"
    file.write_text("name,first_day,last_day\nSpring break,2040-03-26,2040-04-06\n")
    await shell.output("closures", "import", str(file))
    listed = {one["name"]: one["id"] for one in await shell.rows("closures", "list")}
    assert listed.keys() >= {"Founders' days", "Spring break"}
    for key in listed.values():
        await shell.output("closures", "remove", key)
    assert await shell.rows("closures", "list") == []


async def test_credentials_are_kept_and_required(shell: Shell) -> None:
    ben, until_day = await ben_of(shell), f"{datetime.now(UTC) + 300 * DAY:%Y-%m-%d}"
    kept = await shell.row(
        "instructors", "edit", ben, "--certificate", f"Safeguarding:{until_day}:77",
        "--background-check", f"Enhanced DBS:{until_day}",
    )  # fmt: skip
    assert (kept["certificates"][0]["number"], kept["background_checks"][0]["valid_until"]) == (
        "77",
        until_day,
    )
    course = await shell.row(
        "courses", "add", "--title", f"Care {uuid4().hex[:6]}", "--subject", "Sums",
        "--certificate", "Safeguarding", "--requires-background-check", "true",
    )  # fmt: skip
    book = ("sessions", "book", "--course", course["id"], "--student", shell.school.ids["student 0"])
    refused = await shell.run(*book, "--instructor", shell.school.ids["instructor"], "--starts", at(30))
    assert (refused.code, "Safeguarding" in refused.err) == (1, True)
    assert (await shell.row(*book, "--instructor", ben, "--starts", at(30)))["participants"] == 2


async def test_classes_are_imported_and_the_import_is_read(shell: Shell, tmp_path: Path) -> None:
    file, ids = tmp_path / "classes.csv", shell.school.ids
    starts = at(40).replace("T", " ")
    file.write_text(
        "course,instructor,starts,students\n"
        f"{ids['course']},{ids['instructor']},{starts},{ids['student 0']}\n"
        f"{ids['course']},{ids['instructor']},soon,{ids['student 0']}\n"
    )
    done = await shell.run("sessions", "import", str(file))
    assert (done.code, "1 accepted, 1 refused" in done.out) == (1, True)
    listed = await shell.rows("sessions", "imports")
    (refused,) = await shell.rows("sessions", "import-rows", listed[0]["id"], "--outcome", "refused")
    assert (refused["line"], "'soon'" in refused["problem"]["detail"]) == (3, True)


async def test_a_plan_asks_and_is_answered(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    shown = await shell.row("plans", "policy")
    file.write_text(json.dumps(shown | {"ask_instructors": True, "silence": "declines"}))
    assert (await shell.row("plans", "policy", "--set", str(file)))["ask_instructors"]
    start = first_start(20)
    series = (
        "series", "add", "--course", shell.school.ids["course"], "--starts", start.isoformat(),
        "--recurrence", "FREQ=DAILY;COUNT=2", "--student", shell.school.ids["student 0"],
    )  # fmt: skip
    await shell.output(*series)
    days = ("--from", f"{start:%Y-%m-%d}", "--to", f"{start + DAY:%Y-%m-%d}")
    plan_id = (await shell.row("plans", "start", *days, "--seconds", "5"))["id"]
    await reached(shell, plan_id, "proposed")
    assert plan_id in {one["id"] for one in await shell.rows("plans", "list")}
    assigned = await shell.rows("plans", "assignments", plan_id)
    await shell.output("plans", "publish", plan_id)

    async def is_asking() -> bool:
        return bool(await shell.rows("plans", "answers", plan_id))

    await until(is_asking)
    person = assigned[0]["instructor_id"]
    answers = await shell.rows(
        "plans", "answer", plan_id, "--person", person, "--accept", "--class", assigned[0]["class_id"]
    )
    assert "accepted" in {one["state"] for one in answers}
    stranger = await shell.run("plans", "answer", plan_id, "--person", str(uuid4()), "--decline")
    assert (stranger.code, "not asked about" in stranger.err) == (1, True)
    for key in {one["instructor_id"] for one in assigned}:
        await shell.output("plans", "answer", plan_id, "--person", key, "--accept")
    await reached(shell, plan_id, "published")
    other = (await shell.row("plans", "start", *days, "--seconds", "1"))["id"]
    await reached(shell, other, "proposed")
    await shell.output("plans", "discard", other)
    assert (await shell.row("plans", "show", other))["state"] == "discarded"


async def reached(shell: Shell, plan_id: str, state: str) -> None:
    async def is_there() -> bool:
        return bool((await shell.row("plans", "show", plan_id))["state"] == state)

    await until(is_there)


async def test_what_is_known_of_an_instructor_is_set_from_files(shell: Shell, tmp_path: Path) -> None:
    ben = await ben_of(shell)
    file = tmp_path / "availability.json"
    hours: Json = {"weekly": [{"weekday": 0, "start": "09:00:00", "end": "17:00:00"}], "extra_hours_up_to": 4}
    file.write_text(json.dumps(hours))
    await shell.output("instructors", "availability", ben, "--set", str(file))
    assert (await shell.row("instructors", "availability", ben))["extra_hours_up_to"] == 4
    calendar = tmp_path / "own.ics"
    calendar.write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n")
    await shell.output("instructors", "busy-calendar", ben, "--file", str(calendar))
    await shell.output("instructors", "busy-calendar", ben, "--stop")
    absent = await shell.row("instructors", "absent", ben, "--from", at(2), "--to", at(3))
    assert absent["classes"] == []
    file.write_text(json.dumps({"instructors_swap": True, "swap_until": "PT1H"}))
    assert (await shell.row("policy", "self-service", "--set", str(file)))["swap_until"] == "PT1H"
