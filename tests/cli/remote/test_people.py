"""The commands of people and courses: add, show, list, edit, retire, restore."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from cli.remote.kinds import KINDS
from models.access import SignInBinding
from tests.cli.remote.shell import Shell

pytestmark = pytest.mark.adapter

MAIL = ("--email", "mia@family.example")
# For each kind: the options that add one, the options of an edit, and the fields after it.
CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, object]]] = {
    "guardians": (
        ("--name", "Mia", *MAIL, "--language", "es", "--quiet-from", "21:00", "--quiet-until", "08:00"),
        ("--quiet-from", "", "--quiet-until", ""),
        {"quiet_from": None, "language": "es"},
    ),
    "students": (
        ("--name", "Max", "--guardian", "{guardian}"),
        ("--guardian", ""),
        {"guardian_ids": []},
    ),
    "instructors": (
        ("--name", "Ben", *MAIL, "--qualification", "Sums", "--qualification", "Physics:7"),
        ("--qualification", "Physics:8"),
        {"qualifications": [{"subject": "Physics", "level": "8"}]},
    ),
    "members": (("--name", "Olu", *MAIL, "--role", "ops"), ("--role", "admin"), {"role": "admin"}),
    "courses": (
        ("--title", "Algebra", "--subject", "Sums", "--topic", "Sets", "--topic", "Groups"),
        ("--level", "7"),
        {"level": "7", "title": "Algebra"},
    ),
    "topics": (("--course", "{course}", "--title", "Sets"), ("--position", "9"), {"position": 9}),
    "curriculum-plans": (
        ("--course", "{course}", "--title", "Spring", "--item", "{topic}*2"),
        ("--item", "{topic}"),
        {"title": "Spring"},
    ),
    "enrollments": (
        ("--course", "{course}", "--student", "{student 2}"),
        ("--external-id", "e-1"),
        {"external_id": "e-1"},
    ),
    "rotas": (
        ("--name", "Evenings", "--starts-on", "2026-01-05", "--member", "{member}"),
        ("--hand-over-on", "friday"),
        {"hand_over_on": "friday", "name": "Evenings"},
    ),
    "alert-channels": (
        ("--name", "Pager", "--target", "on-call@h.example"),
        ("--name", "Post"),
        {"name": "Post"},
    ),
}


def test_every_kind_has_a_case() -> None:
    assert {kind.path for kind in KINDS} - {"identity-providers"} == set(CASES)  # that one needs a provider


@pytest.mark.parametrize("kind", CASES)
async def test_add_edit_retire_and_restore(shell: Shell, kind: str) -> None:
    shell.school.ids["student 2"] = (await shell.school.post("/v1/students", {"name": "Zoe"}))["id"]
    member = {"name": "Ana", "email": f"ana@{shell.school.id}.example", "role": "ops"}
    shell.school.ids["member"] = (await shell.school.post("/v1/members", member))["id"]
    new, change, changed = CASES[kind]
    made = (await shell.output(kind, "add", *(part.format(**shell.school.ids) for part in new))).strip()
    assert (await shell.row(kind, "show", made))["id"] == made
    assert made in {row["id"] for row in await shell.rows(kind, "list", "--all")}
    assert made in await shell.output(kind, "list")
    await shell.output(kind, "edit", made, *(part.format(**shell.school.ids) for part in change))
    assert changed.items() <= (await shell.row(kind, "show", made)).items()
    assert (await shell.run(kind, "retire", made)).code == 2, "it asks first"
    assert (await shell.row(kind, "retire", made, "--yes"))["done"] == "retired"
    assert [row["id"] for row in await shell.rows(kind, "list", "--retired")] == [made]
    await shell.output(kind, "restore", made)
    assert await shell.rows(kind, "list", "--retired") == []


async def test_a_member_is_invited_again_and_released_from_an_account(shell: Shell) -> None:
    olu = await shell.row("members", "add", "--name", "Olu", "--email", "olu@h.example", "--role", "ops")
    invited = await shell.row("members", "invite", "Olu")
    sent = [row["id"] for row in (await shell.school.get("/v1/notices"))["items"]]
    assert invited["notice_id"] in sent
    assert await shell.output("members", "release-account", "Olu", "--yes") == "Bound to no account.\n"
    async with shell.school.transaction() as db:
        db.add(
            SignInBinding(
                id=uuid4(),
                organization_id=shell.school.id,
                issuer="https://login.example.org",
                subject="4711",
                person_kind="member",
                person_id=olu["id"],
                created_at=datetime.now(UTC),
            )
        )
    assert (await shell.run("members", "release-account", "Olu")).code == 2, "it asks first"
    released = await shell.row("members", "release-account", "Olu", "--yes")
    assert released["issuers"] == ["https://login.example.org"]
    assert await shell.school.get(f"/v1/sign-in-bindings?person_id={olu['id']}") == []


async def test_rows_are_named_by_external_id_or_start_of_id(shell: Shell) -> None:
    guardian = await shell.row("guardians", "add", "--name", "Ann", *MAIL, "--external-id", "crm-1")
    student = await shell.row(
        "students", "add", "--name", "Max", "--guardian", "ext:crm-1", "--external-id", "sis-1"
    )
    assert student["guardian_ids"] == [guardian["id"]]
    assert (await shell.row("students", "show", "ext:sis-1"))["id"] == student["id"]
    assert (await shell.row("students", "show", student["id"][:13]))["id"] == student["id"]
    assert [row["id"] for row in await shell.rows("guardians", "list", "--external-id", "crm-1")] == [
        guardian["id"]
    ]
    await shell.output("students", "retire", "ext:sis-1", "--yes")
    await shell.output("students", "restore", "ext:sis-1")


async def test_rows_are_named_by_name_or_the_start_of_it(shell: Shell) -> None:
    guardian = await shell.row(
        "guardians", "add", "--name", "Samira Haddad", "--email", "samira@family.example"
    )
    student = await shell.row("students", "add", "--name", "Wanda Quist", "--guardian", "samira")
    assert student["guardian_ids"] == [guardian["id"]]
    for typed in ("Wanda Quist", "wanda  quist", "wanda", "Qui"):
        assert (await shell.row("students", "show", typed))["id"] == student["id"], typed
    assert (await shell.row("guardians", "show", "samira@family.example"))["id"] == guardian["id"]
    assert (await shell.row("courses", "show", "Mathematics"))["id"] == shell.school.ids["course"]


async def test_a_name_of_several_rows_lists_them(shell: Shell) -> None:
    ids = {}
    for name in ("Ana Silva", "Ana Souza", "Ana"):
        added = ("guardians", "add", "--name", name, "--email", f"{name.split()[-1].lower()}@family.example")
        ids[name] = (await shell.row(*added))["id"]
    refused = await shell.run("guardians", "show", "an")
    assert refused.code == 2
    for name, id in ids.items():
        assert id in refused.err
        assert f"{name.split()[-1].lower()}@family.example" in refused.err
    assert (await shell.row("guardians", "show", "ana"))["id"] == ids["Ana"], "the whole name goes first"
    await shell.output("guardians", "retire", "Ana Silva", "--yes")
    assert (await shell.row("guardians", "show", "Ana S"))["id"] == ids["Ana Souza"], "active ones go first"
    await shell.output("guardians", "restore", "Ana Silva")


@pytest.mark.parametrize("typed", ["ext:nobody", "ext:", "fedcba98", "no-id", "ab"])
async def test_an_unknown_or_malformed_id_is_refused(shell: Shell, typed: str) -> None:
    done = await shell.run("students", "show", typed)
    assert done.code == 2
    assert typed in done.err


async def test_lists_are_searched_limited_and_filtered(shell: Shell) -> None:
    names = [f"Student {number}" for number in range(5)]
    for name in names:
        await shell.school.post("/v1/students", {"name": name})
    assert [r["name"] for r in await shell.rows("students", "list", "--search", "student ")] == names
    part = await shell.run("students", "list", "--limit", "3", "--json")
    assert len(part.rows) == 3
    assert "--all" in part.err
    assert len(await shell.rows("students", "list", "--all")) == 7
    course = shell.school.ids["course"]
    assert len(await shell.rows("enrollments", "list", "--course", course)) == 2


async def test_an_empty_list_says_so(shell: Shell) -> None:
    done = await shell.run("members", "list")
    assert (done.code, done.out, done.err) == (0, "", "None found.\n")


async def test_an_edit_without_fields_is_refused(shell: Shell) -> None:
    done = await shell.run("students", "edit", shell.school.ids["student 0"])
    assert done.code == 2
    assert "field to change" in done.err
