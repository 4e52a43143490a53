"""The commands `routing`, `rotas`, `alert-channels` and `members alerts`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from domain.cases.kinds import ExceptionKind
from domain.subjects import Subject, SubjectKind
from services.cases import NewCase, open_case
from tests.cli.remote.shell import Shell
from tests.integrations.receiver import receiving

pytestmark = pytest.mark.adapter


async def test_rules_are_saved_tried_and_published_from_a_file(shell: Shell, tmp_path: Path) -> None:
    async with shell.school.transaction() as db:
        about = Subject(SubjectKind.INSTRUCTOR, UUID(shell.school.ids["instructor"]))
        await open_case(db, NewCase(shell.school.id, about, ExceptionKind.STEP_FAILED), datetime.now(UTC))
    rule = {"name": "nights", "kinds": ["step_failed"], "queue": "late team", "ladder": [{"roles": ["ops"]}]}
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"rules": [rule]}))

    moved = await shell.rows("routing", "last-week", str(file))
    assert [one["after"]["queue"] for one in moved] == ["late team"]
    tried = await shell.row("routing", "what-if", "step_failed", "--rules", str(file), "--at", "2030-03-04")
    assert (tried["rule"], tried["queue"]) == ("nights", "late team")
    assert "Saved as draft 1." in await shell.output("routing", "draft", str(file))
    assert "late team (nights)" in await shell.output("routing", "last-week")
    assert "Published version 1." in await shell.output("routing", "publish")
    assert "every exception" not in await shell.output("routing", "show")
    shown = await shell.row("routing", "show")
    file.write_text(json.dumps(shown | {"rules": [*shown["rules"], {"name": "never"}]}))
    refused = await shell.run("routing", "publish", str(file))
    assert refused.code == 1
    assert "needs at least one step" in refused.err
    assert "rule 2" in refused.err
    assert (await shell.run("routing", "publish", str(tmp_path / "none.json"))).code == 2


async def test_a_rota_is_added_and_overridden(shell: Shell) -> None:
    for name in ("Ana Ruiz", "Olu Adeyemi"):
        email = f"{name[:3].lower()}@{shell.school.id}.example"
        await shell.output("members", "add", "--name", name, "--email", email, "--role", "ops")
    options = ("--name", "Evenings", "--member", "Ana Ruiz", "--starts-on", "2026-01-05")
    await shell.output("rotas", "add", *options)
    assert "Ana Ruiz" in await shell.output("rotas", "on-duty", "Evenings")
    made = await shell.row("rotas", "override", "Evenings", "--member", "Olu Adeyemi", "--to", "2030-03-04")
    assert "Olu Adeyemi" in await shell.output("rotas", "on-duty", "Evenings")
    duties = await shell.rows("rotas", "on-duty", "Evenings", "--at", "2030-03-03", "--until", "2030-03-05")
    assert [duty["member"]["name"] for duty in duties] == ["Olu Adeyemi", "Ana Ruiz"]
    assert [one["id"] for one in await shell.rows("rotas", "overrides", "Evenings")] == [made["id"]]
    await shell.output("rotas", "remove-override", "Evenings", made["id"])
    assert "Ana Ruiz" in await shell.output("rotas", "on-duty", "Evenings")

    wanted = ("--quiet-from", "22:00", "--quiet-until", "07:00", "--only-critical")
    set_ = await shell.row("members", "alerts", "Olu Adeyemi", *wanted)
    assert (set_["quiet_from"], set_["only_critical"]) == ("22:00:00", True)
    ended = await shell.row("members", "alerts", "Olu Adeyemi", "--quiet-from", "", "--all-severities")
    assert ended == {"quiet_from": None, "quiet_until": None, "only_critical": False}


async def test_a_channel_is_added_and_tested(shell: Shell) -> None:
    async with receiving() as receiver:
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        await shell.output(
            "alert-channels", "add", "--name", "Pager", "--target", receiver.url, "--secret", secret
        )
        assert "took it" in await shell.output("alert-channels", "test", "Pager")
        receiver.status = 404
        refused = await shell.run("alert-channels", "test", "Pager")
    assert refused.code == 1
    assert "Not taken: the webhook answered 404" in refused.out
    assert secret not in await shell.output("alert-channels", "list")
