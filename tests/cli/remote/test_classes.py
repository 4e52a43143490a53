"""The commands `sessions`, `review`, `exceptions` and `notices`."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.cases.kinds import ExceptionKind
from tests.api.queue_rows import notice, open_cases
from tests.cli.remote.shell import Shell
from tests.console.taught import Hall

pytestmark = pytest.mark.adapter

MADRID = ZoneInfo("Europe/Madrid")
TOMORROW = (datetime.now(MADRID) + timedelta(days=1)).replace(hour=16, minute=0, second=0, microsecond=0)


def local_time(moment: datetime) -> str:
    """The time without its offset, as users type it."""
    return moment.strftime("%Y-%m-%dT%H:%M")


async def test_a_class_is_booked_moved_and_cancelled(shell: Shell) -> None:
    ids = shell.school.ids
    who = ("--course", ids["course"], "--instructor", ids["instructor"], "--topic", ids["topic"])
    booked = await shell.row(
        "sessions", "book", *who, "--starts", local_time(TOMORROW), "--minutes", "45", "--external-id", "lms-1",
        "--student", ids["student 0"], "--class-zone", "Europe/Lisbon",
    )  # fmt: skip
    assert booked["participants"] == 2
    await shell.school.run_until(booked["id"], "scheduled")
    shown = await shell.row("sessions", "show", "ext:lms-1")
    assert datetime.fromisoformat(shown["starts_at"]) == TOMORROW
    assert datetime.fromisoformat(shown["ends_at"]) - TOMORROW == timedelta(minutes=45)
    assert shown["time_zone"] == "Europe/Lisbon"
    table = await shell.output("sessions", "list", "--course", ids["course"], "--state", "scheduled")
    assert f"{TOMORROW:%Y-%m-%d} 16:00" in table, "in the time zone of --zone"
    assert booked["id"] in table
    later = TOMORROW + timedelta(hours=2)
    moved = await shell.output("sessions", "move", booked["id"], "--starts", local_time(later))
    assert "18:00" in moved
    period = ("--from", local_time(later), "--to", local_time(later + timedelta(hours=1)))
    (row,) = await shell.rows("sessions", "list", *period, "--student", ids["student 0"])
    assert datetime.fromisoformat(row["ends_at"]) == later + timedelta(minutes=45)
    steps = await shell.rows("sessions", "timeline", booked["id"])
    assert "booking" in {step["step"] for step in steps}
    links = await shell.rows("sessions", "links", booked["id"])
    assert {link["role"] for link in links} == {"instructor", "student"}
    assert "/join/" in await shell.output("sessions", "invite", booked["id"], "--name", "Aunt")
    excused = ("sessions", "absent", booked["id"], "--student", ids["student 0"])
    for more, outcome in (((), "excused"), (("--undo",), "expected")):
        assert (await shell.row(*excused, *more))["done"] == outcome
        attendance = await shell.school.get(f"/v1/sessions/{booked['id']}/attendance")
        assert any(row["excused"] for row in attendance) == (outcome == "excused")
    added = await shell.row("sessions", "add", booked["id"], "--student", ids["student 1"])
    assert len(added["participant_ids"]) == 1
    again = await shell.output("sessions", "add", booked["id"], "--student", ids["student 1"])
    assert again.strip() == "Already in the class."
    assert (await shell.run("sessions", "remove", booked["id"])).code == 2, "whom?"
    for outcome in ("removed", "unchanged"):
        who_leaves = ("--student", ids["student 1"], "--yes")
        assert (await shell.row("sessions", "remove", booked["id"], *who_leaves))["done"] == outcome
    await shell.output("sessions", "remove", booked["id"], "--guest", "Aunt", "--yes")
    await shell.output("sessions", "substitute", booked["id"])
    assert (await shell.run("sessions", "cancel", booked["id"])).code == 2, "it asks first"
    done = await shell.row("sessions", "cancel", booked["id"], "--reason", "weather", "--yes")
    assert done == {"id": booked["id"], "done": "cancelled"}
    await shell.school.run_until(booked["id"], "cancelled")


async def test_a_class_is_booked_and_found_by_names(shell: Shell) -> None:
    course = (await shell.school.api.get(f"/v1/courses/{shell.school.ids['course']}")).json()["title"]
    instructor = (await shell.school.api.get(f"/v1/instructors/{shell.school.ids['instructor']}")).json()[
        "name"
    ]
    student = (await shell.school.api.get(f"/v1/students/{shell.school.ids['student 0']}")).json()["name"]
    who = ("--course", course, "--instructor", instructor, "--student", student)
    booked = await shell.row(
        "sessions",
        "book",
        *who,
        "--starts",
        "in 26 hours",
        "--lasts",
        "1h30m",
        "--class-zone",
        "Europe/Lisbon",
    )
    shown = await shell.row("sessions", "show", course)
    assert shown["id"] == booked["id"]
    starts, ends = (datetime.fromisoformat(shown[field]) for field in ("starts_at", "ends_at"))
    assert ends - starts == timedelta(minutes=90)
    later = ("--starts", local_time(TOMORROW + timedelta(days=3)), "--minutes", "45")
    await shell.output("sessions", "book", *who, *later)
    refused = await shell.run("sessions", "show", course)
    assert refused.code == 2
    assert booked["id"] in refused.err
    assert f"{starts.astimezone(ZoneInfo('Europe/Lisbon')):%Y-%m-%d %H:%M} WE" in refused.err, (
        "in the class's zone"
    )


async def test_a_running_class_is_extended_and_ended(hall: Hall, shell: Shell) -> None:
    session_id = await hall.live_class(shell.school)
    before = datetime.fromisoformat((await shell.row("sessions", "show", session_id))["ends_at"])
    extended = await shell.row("sessions", "extend", session_id, "--minutes", "10")
    assert datetime.fromisoformat(extended["ends_at"]) == before + timedelta(minutes=10)
    assert (await shell.run("sessions", "extend", session_id)).code == 2
    await shell.output("sessions", "end", session_id, "--yes")


async def test_a_link_is_renewed_and_a_person_is_removed_from_the_room(hall: Hall, shell: Shell) -> None:
    session_id = await hall.live_class(shell.school)
    path = f"/v1/sessions/{session_id}"
    student = next(one for one in await shell.school.get(f"{path}/participants") if one["role"] == "student")

    async def join_url() -> str:
        links = await shell.school.get(f"{path}/join-links")
        return str(next(link["url"] for link in links if link["participant_id"] == student["id"]))

    async def kept_out() -> bool:
        people = await shell.school.get(f"{path}/participants")
        return next(one["sent_out_at"] for one in people if one["id"] == student["id"]) is not None

    by_name, by_id = ("--person", student["name"]), ("--person", student["id"])
    earlier = await join_url()
    assert (await shell.run("sessions", "renew-link", session_id, *by_name)).code == 2, "it asks first"
    assert await join_url() == earlier
    renewed = await shell.row("sessions", "renew-link", session_id, *by_name, "--keep-in-room", "--yes")
    assert renewed["participant_id"] == student["id"]
    assert renewed["url"] == await join_url() != earlier
    assert (
        await shell.output("sessions", "renew-link", session_id, *by_id, "--yes")
    ).strip() == await join_url()
    assert (await shell.run("sessions", "send-out", session_id, *by_name)).code == 2, "it asks first"
    assert not await kept_out()
    done = await shell.row("sessions", "send-out", session_id, *by_name, "--yes")
    assert done == {"id": session_id, "done": "sent_out"}
    assert await kept_out()
    assert (await shell.row("sessions", "readmit", session_id, *by_id))["done"] == "readmitted"
    assert not await kept_out()
    for verb in ("renew-link", "send-out", "readmit"):
        assert (await shell.run("sessions", verb, session_id, "--person", "Nobody")).code == 2, verb


async def test_a_class_that_ended_by_mistake_is_reopened(hall: Hall, shell: Shell) -> None:
    session_id = str((await hall.taught_class(shell.school)).session_id)
    assert (await shell.run("sessions", "reopen", session_id)).code == 2
    reopened = await shell.row("sessions", "reopen", session_id, "--minutes", "10")
    assert datetime.fromisoformat(reopened["ends_at"]) > datetime.now(UTC)
    await shell.school.run_until(session_id, "live")


async def test_a_draft_is_shown_sent_back_and_approved(hall: Hall, shell: Shell) -> None:
    lesson = await hall.taught_class(shell.school)
    session_id = str(lesson.session_id)
    assert [row["id"] for row in await shell.rows("review", "list")] == [session_id]
    text = await shell.output("review", "show", session_id)
    assert "Finding a common denominator." in text
    assert "“common denominator”" in text
    sent_back = await shell.row("review", "request-changes", session_id, "--reason", "more detail")
    revision = sent_back["revision"]
    assert "Changes requested: more detail" in await shell.output("review", "show", session_id)
    assert (await shell.run("review", "approve", session_id)).code == 2, "it asks first"
    approved = await shell.row("review", "approve", session_id, "--revision", str(revision), "--yes")
    assert approved == {"done": "approved", "revision": revision}
    assert (await shell.row("review", "show", session_id))["status"] == "approved"


async def test_exceptions_are_listed_taken_resolved_and_reopened(shell: Shell) -> None:
    session_id = await shell.school.book()
    first, second = await open_cases(
        shell.school, session_id, ExceptionKind.ROOM_LOST, ExceptionKind.STUDENT_ABSENT
    )
    table = await shell.output("exceptions", "list", "--session", session_id)
    assert table.index(first) < table.index(second)
    assert [row["id"] for row in await shell.rows("exceptions", "list", "--overdue")] == [first]
    assert [row["id"] for row in await shell.rows("exceptions", "list", "--severity", "normal")] == [second]
    assert len(await shell.rows("exceptions", "list", "--search", "noor")) == 2
    assert await shell.rows("exceptions", "list", "--search", "nobody") == []
    assert (await shell.row("exceptions", "show", first))["kind"] == "room_lost"
    assert (await shell.row("exceptions", "take", first))["assignee"].startswith("key:")
    olu = await shell.row("members", "add", "--name", "Olu", "--email", "olu@h.example", "--role", "ops")
    given = await shell.row("exceptions", "take", first, "--for", olu["id"])
    assert given["assignee"] == f"member:{olu['id']}"
    resolved = await shell.row("exceptions", "resolve", first, "--note", "made again")
    assert resolved["resolution"] == "made again"
    assert [row["id"] for row in await shell.rows("exceptions", "list", "--state", "resolved")] == [first]
    assert await shell.output("exceptions", "reopen", first) == "Reopened.\n"


async def test_failed_notices_are_listed_and_shown(shell: Shell) -> None:
    session_id = await shell.school.book()
    notice_row = notice(shell.school, session_id, 1, failed_at=datetime.now(UTC), error="undeliverable")
    async with shell.school.transaction() as db:
        db.add(notice_row)
        notice_id = str(notice_row.id)
    failed = ("notices", "list", "--state", "failed", "--session", session_id)
    assert [row["id"] for row in await shell.rows(*failed)] == [notice_id]
    assert "undeliverable" in await shell.output(*failed)
    shown = await shell.output("notices", "show", notice_id)
    assert "family1@f.example" in shown
    assert "<p>" not in shown
