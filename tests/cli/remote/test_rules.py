"""The commands `keys`, `policy`, `organization`, `audit` and `events`."""

import asyncio
import json
import signal
import sys

import pytest

from tests.campus import ADMIN, PATIENCE
from tests.cli.remote.shell import Shell

pytestmark = pytest.mark.adapter


async def test_a_key_is_made_rotated_and_revoked(shell: Shell) -> None:
    made = await shell.run("keys", "add", "--name", "billing", "--role", "ops", "--scope", "people:read")
    assert made.code == 0, made.err
    secret = made.out.strip()
    assert "once" in made.err
    assert (await shell.run("students", "list", HOMEROOM_API_KEY=secret)).code == 0
    assert (await shell.run("courses", "list", HOMEROOM_API_KEY=secret)).code == 1
    prefix = secret.split("_")[1]
    fresh = await shell.row("keys", "rotate", prefix, "--overlap", "0s")
    assert (await shell.run("students", "list", HOMEROOM_API_KEY=secret)).code == 1
    assert (await shell.run("students", "list", HOMEROOM_API_KEY=fresh["api_key"])).code == 0
    await shell.output("keys", "revoke", fresh["id"], "--yes")
    assert (await shell.run("students", "list", HOMEROOM_API_KEY=fresh["api_key"])).code == 1
    assert fresh["prefix"] in await shell.output("keys", "list")
    expiring = await shell.row("keys", "add", "--name", "for a while", "--expires", "2090-01-01")
    assert expiring["expires_at"].startswith("2089-12-31T23:00"), "midnight in the time zone of --zone"


async def test_the_policy_is_set_and_shown(shell: Shell) -> None:
    changed = await shell.row(
        "policy",
        "set",
        "room-before=10m",
        "reminders_before=24h,PT1H",
        "segment_seconds=20",
        "languages=en,es",
        "student_names=full",
        "captions=false",
    )
    assert changed == await shell.row("policy", "show")
    assert changed["room_before"] == "PT10M"
    assert changed["reminders_before"] == ["P1D", "PT1H"]
    assert changed["languages"] == ["en", "es"]
    assert (changed["student_names"], changed["captions"]) == ("full", False)
    assert "reminders before 24h,1h" in " ".join((await shell.output("policy", "show")).split())
    refused = await shell.run("policy", "set", "room_beforehand=10m")
    assert refused.code == 1
    assert "room_beforehand" in refused.err
    assert (await shell.run("policy", "set", "room_before")).code == 2


async def test_the_organization_is_edited_and_created(shell: Shell) -> None:
    await shell.output("organization", "edit", "--name", "Harbour", "--time-zone", "Europe/Madrid")
    assert (await shell.row("organization", "show"))["name"] == "Harbour"
    made = await shell.run("organization", "add", "--name", "Hill", "--operator-token", ADMIN, "--json")
    assert made.code == 0, made.err
    assert made.err.strip().endswith("shown only once.")
    told = await shell.run("organization", "add", "--name", "Mill", "--operator-token", ADMIN)
    assert told.out.startswith("hr_")
    assert told.out.count("\n") == 1, "scripts read the key from stdout"
    assert "export HOMEROOM_API_KEY" in told.err
    assert "homeroom desk " in told.err
    key = made.rows[0]["api_key"]
    assert "Hill" in (await shell.run("organization", "show", HOMEROOM_API_KEY=key)).out
    assert (await shell.run("organization", "add", "--name", "Hill")).code == 2
    assert (await shell.run("organization", "add", "--name", "Hill", "--operator-token", "x")).code == 1


async def test_the_audit_log_is_filtered(shell: Shell) -> None:
    student = shell.school.ids["student 0"]
    await shell.output("students", "edit", student, "--name", "Nora Haddad")
    changed, created = await shell.rows("audit", "--subject", student, "--kind", "student.*")
    assert changed["changes"] == {"name": ["Noor Haddad", "Nora Haddad"]}
    assert created["kind"] == "student.created"
    by_actor = await shell.output("audit", "--actor", changed["actor"], "--limit", "1")
    assert "Nora Haddad" in by_actor


async def test_events_are_listed_from_a_cursor(shell: Shell) -> None:
    whole = await shell.run("events", "--json")
    assert whole.rows[0]["kind"] == "organization.created"
    cursor = whole.err.removeprefix("Cursor: ").strip()
    made = await shell.row("students", "add", "--name", "Mia")
    after = await shell.rows("events", "--since", cursor)
    assert [(event["kind"], event["subject_id"]) for event in after] == [("student.created", made["id"])]
    assert "No changes." in (await shell.run("events", "--since", after[0]["id"])).err
    assert "student.created" in await shell.output("events", "--kind", "student.*")


async def test_events_are_followed_until_ctrl_c(shell: Shell) -> None:
    first, *_ = await shell.rows("events", "--kind", "student.*")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli.main", "events", "--follow", "--json", "--kind", "student.*",
        "--since", first["id"],
        env=shell.environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        # As on a terminal: a process started in the background inherits that SIGINT is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(2 * PATIENCE):
        assert json.loads(await process.stdout.readline())["kind"] == "student.created"
        made = await shell.school.post("/v1/students", {"name": "Mia"})
        assert json.loads(await process.stdout.readline())["subject_id"] == made["id"]
        process.send_signal(signal.SIGINT)
        _, stderr = await process.communicate()
    assert (process.returncode, stderr) == (0, b"")
