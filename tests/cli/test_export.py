"""The commands `export` and `reader`."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import duckdb
import psycopg
import pyarrow.parquet as pq
import pytest

from api.schemas.exports import DictionaryOut
from models.record_views import VIEWS
from tests.api.record import Archive, archive
from tests.cli.homes import StackUnderTest
from tests.models.rows import NOON
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[Archive]:
    urls = postgres_server.create_database(template=migrated_template)
    async with archive(urls) as made:
        yield made
    postgres_server.drop_database(urls.name)


def _run(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")}
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        env={**inherited, "HOMEROOM_HOME": os.devnull, "COLUMNS": "200", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


async def run(opened: Archive, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run `homeroom export` in a thread, since the application runs in this process."""
    given = {"HOMEROOM_API_URL": opened.url, "HOMEROOM_API_KEY": opened.key} | environ
    return await asyncio.to_thread(_run, "export", *arguments, **given)


async def test_every_table_is_exported_with_the_dictionary(opened: Archive, tmp_path: Path) -> None:
    out = tmp_path / "a" / "record"
    for _ in range(2):  # again: the files are replaced
        done = await run(opened, "--out", str(out))
        assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in out.iterdir()} == {f"{name}.parquet" for name in VIEWS} | {
        "dictionary.json",
        "dictionary.md",
    }
    for name in VIEWS:
        rows = pq.read_table(out / f"{name}.parquet").to_pylist()
        assert {row["organization_id"] for row in rows} == {str(opened.tenant.id)}
        assert re.search(rf"{name}\.parquet +[\d,]+ bytes +{len(rows)} rows", done.stdout)
    dictionary = DictionaryOut.model_validate(json.loads((out / "dictionary.json").read_text()))
    assert dictionary == DictionaryOut.make()
    assert (out / "dictionary.md").read_text().endswith(dictionary.as_markdown())


async def test_duckdb_reads_the_files_together(opened: Archive, tmp_path: Path) -> None:
    done = await run(opened, "--out", str(tmp_path), "--tables", "sessions, attendance,participants")
    assert done.returncode == 0, done.stderr
    query = f"""
        select s.session_id, s.starts_at, p.name, a.attended_seconds
        from '{tmp_path}/sessions.parquet' s join '{tmp_path}/attendance.parquet' a using (session_id)
        join '{tmp_path}/participants.parquet' p using (participant_id)
    """
    with duckdb.connect() as files:
        (row,) = files.execute(query).fetchall()
    assert row[0] == str(opened.tenant.session_id)
    assert row[1] == NOON
    assert row[2:] == (opened.tenant["participant"]["name"], 1.0)


async def test_a_period_and_format_can_be_chosen(opened: Archive, tmp_path: Path) -> None:
    period = ("--from", "2030-03-05", "--to", "2030-03-06T00:00:00+02:00")
    done = await run(
        opened, "--out", str(tmp_path), "--tables", "sessions,students", "--format", "jsonl", *period
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "sessions.jsonl").read_text() == ""
    assert (tmp_path / "students.jsonl").read_text() != ""


@pytest.mark.parametrize(
    "arguments, environ, words",
    [
        ((), {"HOMEROOM_API_KEY": ""}, "--api-key"),
        ((), {"HOMEROOM_API_KEY": "hr_nobody_x"}, "unknown"),
        ((), {"HOMEROOM_API_URL": ""}, "--api-url"),
        ((), {"HOMEROOM_API_URL": "http://127.0.0.1:1"}, "isn't responding"),
        ((), {"HOMEROOM_API_URL": "classes.example"}, "http://"),
        ((), {"HOMEROOM_API_URL": "http://classes.example:port"}, "isn't a valid address"),
        (("--tables", "students,api_key"), {}, "Unknown table api_key"),
        (("--from", "yesterday"), {}, "isn't a time"),
        (("--from", "2030-03-05", "--to", "2030-03-04"), {}, "ends before it starts"),
    ],
)
async def test_invalid_options_are_refused(
    opened: Archive, tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str], words: str
) -> None:
    done = await run(opened, "--out", str(tmp_path / "out"), *arguments, **environ)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


async def test_an_unwritable_folder_is_reported(opened: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = await run(opened, "--out", str(tmp_path / "file" / "out"))
    assert done.returncode == 1
    assert "Can't write" in done.stderr


async def test_an_interrupted_download_leaves_the_old_file(tmp_path: Path) -> None:
    """The server closes the connection in the middle of the second table."""
    dictionary = DictionaryOut.make().model_dump_json().encode()
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        if path == b"/v1/exports":
            writer.write(head + b"content-length: %d\r\n\r\n%b" % (len(dictionary), dictionary))
        elif b"students" in path:
            writer.write(head + b"transfer-encoding: chunked\r\n\r\n4\r\nnew\n\r\n0\r\n\r\n")
        else:
            writer.write(head + b"transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    for name in ("students", "instructors"):
        (tmp_path / f"{name}.csv").write_text("old\n")
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        command = ("export", "--out", str(tmp_path), "--tables", "students,instructors", "--format", "csv")
        done = await asyncio.to_thread(_run, *command, "--api-url", url, "--api-key", "hr_a_b")
    assert done.returncode == 1
    assert "broke off" in done.stderr
    assert contents(tmp_path) == {"students.csv": "new\n", "instructors.csv": "old\n"}


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def reader(opened: Archive, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return _run(
        "reader",
        *arguments,
        HOMEROOM_ADMIN_TOKEN="a",
        HOMEROOM_LINK_SECRETS='["b"]',
        HOMEROOM_DATABASE_URL="postgresql://unused",
        HOMEROOM_OBJECT_STORE_URL="memory:///",
        HOMEROOM_OWNER_DATABASE_URL=opened.urls.owner,
    )


async def test_a_reader_is_added_listed_and_removed(opened: Archive) -> None:
    made = reader(opened, "add", str(opened.tenant.id), "--label", "the BI tool")
    assert made.returncode == 0, made.stderr
    url = next(line for line in made.stdout.splitlines() if line.startswith("postgresql://"))
    with psycopg.connect(url) as connection:
        assert connection.execute("select organization_id from sessions").fetchall() == [(opened.tenant.id,)]
        role = connection.info.user
        listed = reader(opened, "list").stdout
        assert f"{role}  {opened.tenant.id}" in listed
        assert "the BI tool" in listed
        assert (connection.info.password or "") not in listed
        assert reader(opened, "remove", role).returncode == 0
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    assert role not in reader(opened, "list").stdout


async def test_invalid_readers_are_refused(opened: Archive) -> None:
    for arguments, words in (
        (("add", str(NOON)), "UUID"),
        (("add", "00000000-0000-0000-0000-000000000000"), "no such organization"),
        (("remove", "homeroom_app"), "homeroom reader list"),
    ):
        done = reader(opened, *arguments)
        assert done.returncode != 0
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_without_a_stack_reader_commands_say_what_to_do(stack: StackUnderTest) -> None:
    done = stack.run("reader", "list")
    assert done.returncode == 1
    assert "homeroom up" in done.stderr
