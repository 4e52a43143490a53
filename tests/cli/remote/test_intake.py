"""The commands `import`, `files`, `board` and `identity-providers`."""

from pathlib import Path

import httpx2
import pytest

from cli.api_client import Api
from cli.remote.kinds import KINDS
from tests.api.openid_provider import CLIENT_ID, CLIENT_SECRET, DOMAIN, openid_provider
from tests.campus import ADMIN, HOUR
from tests.cli.remote.shell import Shell
from tests.http_clients import http_client

pytestmark = pytest.mark.adapter

GUARDIANS = (
    "name,email,external_id\nMia,mia@family.example,g-1\nNo address,,g-2\nMax,max@family.example,g-3\n"
)


@pytest.fixture
def guardians(tmp_path: Path) -> Path:
    file = tmp_path / "guardians.csv"
    file.write_text(GUARDIANS)
    return file


async def test_an_import_shows_each_refusal_and_the_totals(shell: Shell, guardians: Path) -> None:
    tried = await shell.run("guardians", "import", str(guardians), "--dry-run")
    assert tried.code == 1
    assert "2 would be accepted, 1 would be refused." in tried.out
    assert "row 2 (line 3): " in tried.err
    assert "email" in tried.err
    assert await shell.rows("guardians", "list", "--search", "mia@") == []
    done = await shell.run("guardians", "import", str(guardians))
    assert (done.code, "2 accepted, 1 refused." in done.out) == (1, True)
    assert (await shell.row("guardians", "show", "ext:g-3"))["name"] == "Max"


async def test_json_lines_are_imported_and_reported_as_json(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "students.jsonl"
    file.write_text('{"name": "Noor"}\n{"name": "Leo"}\n')
    *rows, totals = await shell.rows("students", "import", str(file))
    assert [row["status"] for row in rows] == ["taken", "taken"]
    assert totals == {"taken": 2, "refused": 0, "done": True}
    assert (await shell.row("students", "show", rows[0]["id"]))["name"] == "Noor"


async def test_unsupported_files_are_refused(shell: Shell, tmp_path: Path) -> None:
    picture = tmp_path / "students.png"
    picture.write_bytes(b"\x89PNG")
    assert "none of .csv" in (await shell.run("students", "import", str(picture))).err
    odd = tmp_path / "students.csv"
    odd.write_bytes("name\nJosé\n".encode("latin-1"))
    done = await shell.run("students", "import", str(odd))
    assert done.code == 1
    assert "UTF-8" in done.err


async def test_an_interrupted_upload_continues_and_shows_each_row_once(
    shell: Shell, guardians: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, keys = Api.upload, list[str]()

    def cut(self: Api, path: str, lines: object, kind: str, key: str, **params: object) -> object:
        keys.append(key)
        for line in whole(self, path, lines, kind, key, **params):  # type: ignore[arg-type]
            yield line
            if len(keys) == 1:
                raise httpx2.ReadError("cut")

    monkeypatch.setattr(Api, "upload", cut)
    done = await shell.run("guardians", "import", str(guardians), "--json")
    assert [row["row"] for row in done.rows[:-1]] == [1, 2, 3]
    assert done.rows[-1] == {"taken": 2, "refused": 1, "done": True}
    assert len(set(keys)) == 1
    assert len(keys) == 2
    made = [
        row["external_id"] for row in await shell.rows("guardians", "list", "--all") if row["external_id"]
    ]
    assert sorted(made) == ["g-1", "g-3"]


async def test_a_class_file_is_added_linked_and_retired(shell: Shell, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.txt"
    sheet.write_text("1/2 + 1/3")
    session_id = await shell.school.book()
    made = await shell.row("files", "add", session_id, str(sheet), "--name", "Fractions")
    assert made["id"] in await shell.output("files", "list", session_id)
    url = (await shell.output("files", "link", session_id, made["id"][:13])).strip()
    async with http_client() as anybody:
        assert (await anybody.get(url)).text == "1/2 + 1/3"
        assert (await shell.run("files", "retire", session_id, made["id"])).code == 2, "it asks first"
        await shell.output("files", "retire", session_id, made["id"], "--yes")
        assert (await anybody.get(url)).status_code == 404
    assert [row["id"] for row in await shell.rows("files", "list", session_id, "--retired")] == [made["id"]]
    program = tmp_path / "sheet.pdf"
    program.write_bytes(b"MZ\x90")
    assert (await shell.run("files", "add", session_id, str(program))).code == 1


async def test_the_board_lists_and_searches_classes(shell: Shell) -> None:
    session_id = await shell.school.book(20 * HOUR)
    await shell.school.run_until(session_id, "scheduled")
    row = next(row for row in await shell.rows("board", "--show", "coming") if row["id"] == session_id)
    assert row["expected"] > 0
    table = await shell.output("board")
    assert session_id in table
    assert f"0 of {row['expected']}" in table
    assert session_id not in await shell.output("board", "--search", "nothing like it")


async def test_an_identity_provider_is_added_and_retired(shell: Shell) -> None:
    kind = "identity-providers"
    assert not next(item for item in KINDS if item.path == kind).importable
    with openid_provider(f"{shell.school.campus.url}/sign-in/callback") as provider:
        options = ("--client-id", CLIENT_ID, "--domain", DOMAIN)
        unreachable = await shell.run(
            kind, "add", "--issuer", "http://127.0.0.1:1", "--client-secret", CLIENT_SECRET, *options
        )
        assert unreachable.code == 1
        made = (
            await shell.output(
                kind, "add", "--issuer", provider.issuer, "--client-secret", CLIENT_SECRET, *options
            )
        ).strip()
        shown = await shell.row(kind, "show", made)
        assert (shown["issuer"], shown["domains"]) == (provider.issuer, [DOMAIN])
        assert "secret" not in "".join(shown)
        (claimed,) = await shell.rows(kind, "domains")
        assert claimed["record_value"] in await shell.output(kind, "domains")
        assert (claimed["domain"], claimed["proof"]) == (DOMAIN, None)
        vouch = ("organization", "vouch", str(shell.school.id), DOMAIN, "--operator-token", ADMIN)
        assert await shell.output(*vouch) == f"{DOMAIN} is proven.\n"
        assert (await shell.rows(kind, "domains"))[0]["proof"] == "operator"
        assert await shell.output(*vouch, "--withdraw") == f"{DOMAIN} is withdrawn.\n"
        assert (await shell.run(kind, "prove", DOMAIN)).code == 1
        await shell.output(kind, "retire", made, "--yes")
