"""Classes, reviews and queues from the command line."""

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


def wall(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


async def test_a_class_is_booked_moved_and_cancelled(shell: Shell) -> None:
    ids = shell.school.ids
    who = ("--course", ids["course"], "--instructor", ids["instructor"], "--topic", ids["topic"])
    booked = await shell.one(
        "sessions", "book", *who, "--starts", wall(TOMORROW), "--minutes", "45", "--external-id", "lms-1",
        "--student", ids["student 0"], "--class-zone", "Europe/Lisbon",
    )  # fmt: skip
    assert booked["participants"] == 2
    await shell.school.run_until(booked["id"], "scheduled")
    shown = await shell.one("sessions", "show", "ext:lms-1")
    assert datetime.fromisoformat(shown["starts_at"]) == TOMORROW
    assert datetime.fromisoformat(shown["ends_at"]) - TOMORROW == timedelta(minutes=45)
    assert shown["time_zone"] == "Europe/Lisbon"
    table = await shell.said("sessions", "list", "--course", ids["course"], "--state", "scheduled")
    assert f"{TOMORROW:%Y-%m-%d} 16:00" in table, "in the zone of who asks"
    assert booked["id"] in table
    later = TOMORROW + timedelta(hours=2)
    moved = await shell.said("sessions", "move", booked["id"], "--starts", wall(later))
    assert "18:00" in moved
    period = ("--from", wall(later), "--to", wall(later + timedelta(hours=1)))
    (row,) = await shell.rows("sessions", "list", *period, "--student", ids["student 0"])
    assert datetime.fromisoformat(row["ends_at"]) == later + timedelta(minutes=45)
    steps = await shell.rows("sessions", "timeline", booked["id"])
    assert "booking" in {step["step"] for step in steps}
    links = await shell.rows("sessions", "links", booked["id"])
    assert {link["role"] for link in links} == {"instructor", "student"}
    assert "/join/" in await shell.said("sessions", "invite", booked["id"], "--name", "Aunt")
    await shell.said("sessions", "substitute", booked["id"])
    assert (await shell.run("sessions", "cancel", booked["id"])).code == 2, "it asks first"
    done = await shell.one("sessions", "cancel", booked["id"], "--reason", "weather", "--yes")
    assert done == {"id": booked["id"], "done": "cancelled"}
    await shell.school.run_until(booked["id"], "cancelled")


async def test_a_running_class_is_extended_and_ended(hall: Hall, shell: Shell) -> None:
    session_id = await hall.live_class(shell.school)
    before = datetime.fromisoformat((await shell.one("sessions", "show", session_id))["ends_at"])
    told = await shell.one("sessions", "extend", session_id, "--minutes", "10")
    assert datetime.fromisoformat(told["ends_at"]) == before + timedelta(minutes=10)
    assert (await shell.run("sessions", "extend", session_id)).code == 2
    await shell.said("sessions", "end", session_id, "--yes")


async def test_a_draft_is_read_sent_back_and_approved(hall: Hall, shell: Shell) -> None:
    lesson = await hall.taught_class(shell.school)
    session_id = str(lesson.session_id)
    assert [row["id"] for row in await shell.rows("review", "list")] == [session_id]
    text = await shell.said("review", "show", session_id)
    assert "Finding a common denominator." in text
    assert "“common denominator”" in text
    sent_back = await shell.one("review", "request-changes", session_id, "--reason", "more detail")
    revision = sent_back["revision"]
    assert "Changes requested: more detail" in await shell.said("review", "show", session_id)
    assert (await shell.run("review", "approve", session_id)).code == 2, "it asks first"
    approved = await shell.one("review", "approve", session_id, "--revision", str(revision), "--yes")
    assert approved == {"done": "approved", "revision": revision}
    assert (await shell.one("review", "show", session_id))["status"] == "approved"


async def test_the_queue_is_worked_off(shell: Shell) -> None:
    session_id = await shell.school.book()
    first, second = await open_cases(
        shell.school, session_id, ExceptionKind.ROOM_LOST, ExceptionKind.STUDENT_ABSENT
    )
    table = await shell.said("exceptions", "list", "--session", session_id)
    assert table.index(first) < table.index(second)
    assert [row["id"] for row in await shell.rows("exceptions", "list", "--overdue")] == [first]
    assert [row["id"] for row in await shell.rows("exceptions", "list", "--severity", "normal")] == [second]
    assert (await shell.one("exceptions", "show", first))["kind"] == "room_lost"
    assert (await shell.one("exceptions", "take", first))["assignee"].startswith("key:")
    olu = await shell.one("members", "add", "--name", "Olu", "--email", "olu@h.example", "--role", "ops")
    given = await shell.one("exceptions", "take", first, "--for", olu["id"])
    assert given["assignee"] == f"member:{olu['id']}"
    resolved = await shell.one("exceptions", "resolve", first, "--note", "made again")
    assert resolved["resolution"] == "made again"
    assert [row["id"] for row in await shell.rows("exceptions", "list", "--state", "resolved")] == [first]
    assert await shell.said("exceptions", "reopen", first) == "Reopened.\n"


async def test_the_outbox(shell: Shell) -> None:
    session_id = await shell.school.book()
    row = notice(shell.school, session_id, 1, failed_at=datetime.now(UTC), error="undeliverable")
    async with shell.school.transaction() as db:
        db.add(row)
        notice_id = str(row.id)
    failed = ("notices", "list", "--state", "failed", "--session", session_id)
    assert [one["id"] for one in await shell.rows(*failed)] == [notice_id]
    assert "undeliverable" in await shell.said(*failed)
    shown = await shell.said("notices", "show", notice_id)
    assert "family1@f.example" in shown
    assert "<p>" not in shown
