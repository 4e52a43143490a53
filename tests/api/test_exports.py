"""Exports contain the same rows and values as the SQL views, for one organization only."""

import asyncio
import csv
import io
import json
import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pyarrow.parquet as pq
import pytest
from psycopg.rows import dict_row

from cli.reader import reader_url
from models.database import Database
from models.record_views import VIEWS
from models.repositories import readers
from models.repositories.exports import Period
from services.export_formats import ExportFormat, arrow_schema
from services.exports import Exports, view_named
from tests.api.record import Archive, archive
from tests.campus import problem_of
from tests.models.full_record import HARD, LINES, new_role
from tests.models.rows import HOUR, NOON, Tenant, make_tenant
from tests.stack import DatabaseUrls, TestPostgres

pytestmark = pytest.mark.adapter

every_view = pytest.mark.parametrize("view", sorted(VIEWS))


@pytest.fixture(scope="module")
async def opened(postgres_server: TestPostgres, migrated_template: str) -> AsyncIterator[Archive]:
    urls = postgres_server.create_database(template=migrated_template)
    async with archive(urls) as export:
        yield export
    postgres_server.drop_database(urls.name)


@pytest.fixture(scope="module")
def reader(opened: Archive) -> Any:
    """The database URL of a reader of the same organization."""
    export = readers.Reader(new_role(), opened.tenant.id, "", NOON)
    readers.add(opened.urls.owner, export, "a-password", readers.Limits(5, 60))
    yield reader_url(opened.urls.owner, export.role_name, "a-password")
    readers.remove(opened.urls.owner, export.role_name)


async def fetch(opened: Archive, path: str, **query: str) -> httpx.Response:
    async with opened.client() as client:
        answer = await client.get(f"/v1/exports/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def by_sql(url: str, view: str) -> list[dict[str, Any]]:
    """The rows of a view, read by SQL."""
    order = ", ".join(VIEWS[view].order)
    with psycopg.connect(url, row_factory=dict_row) as connection:
        rows = connection.execute(f"select * from record.{view} order by {order}").fetchall()
    return [
        {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}
        for row in rows
    ]


@every_view
async def test_parquet_has_the_rows_of_the_sql_view(opened: Archive, reader: str, view: str) -> None:
    answer = await fetch(opened, f"{view}.parquet")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert answer.headers["content-disposition"] == f'attachment; filename="{view}.parquet"'
    table = pq.read_table(io.BytesIO(answer.content))
    assert table.schema.equals(arrow_schema(VIEWS[view]), check_metadata=True)
    assert table.to_pylist() == by_sql(reader, view)
    assert table.num_rows > 0


@every_view
async def test_json_lines_have_the_rows_of_the_sql_view(opened: Archive, reader: str, view: str) -> None:
    lines = (await fetch(opened, f"{view}.jsonl")).content.splitlines()
    kinds = {column.name: column.kind for column in VIEWS[view].columns}
    read: dict[str, Any] = {"timestamp": datetime.fromisoformat, "time": lambda text: text}
    exported = [
        {
            name: value and read.get(kinds[name], lambda v: v)(value)
            for name, value in json.loads(line).items()
        }
        for line in lines
    ]
    wanted = by_sql(reader, view)
    for row in wanted:
        row.update(
            {name: value and value.isoformat() for name, value in row.items() if kinds[name] == "time"}
        )
    assert exported == wanted


@every_view
async def test_csv_has_a_header_and_the_rows_of_the_sql_view(opened: Archive, reader: str, view: str) -> None:
    text = (await fetch(opened, f"{view}.csv")).content.decode()
    names, *rows = csv.reader(io.StringIO(text, newline=""))
    assert names == [column.name for column in VIEWS[view].columns]
    wanted = by_sql(reader, view)
    assert len(rows) == len(wanted)
    for row, values in zip(rows, wanted, strict=True):
        for text, value in zip(row, values.values(), strict=True):
            if value is None or isinstance(value, str):
                assert text == (value or "")
            elif isinstance(value, datetime):
                assert datetime.fromisoformat(text) == value
            elif isinstance(value, list):
                assert json.loads(text) == value


async def test_text_is_exported_unchanged(opened: Archive) -> None:
    student = pq.read_table(io.BytesIO((await fetch(opened, "students.parquet")).content)).to_pylist()[0]
    assert (student["name"], student["external_id"]) == (HARD, LINES)
    utterance = json.loads((await fetch(opened, "utterances.jsonl")).content)
    assert utterance["text"] == HARD
    (statement, _) = map(json.loads, (await fetch(opened, "statements.jsonl")).content.splitlines())
    assert (statement["text"], statement["question"], statement["citation_count"]) == (HARD, LINES, 2)
    _, row = csv.reader(io.StringIO((await fetch(opened, "organizations.csv")).content.decode(), newline=""))
    assert row[1] == HARD


async def test_csv_distinguishes_null_from_empty_text(opened: Archive) -> None:
    lines = (await fetch(opened, "guardians.csv")).content.decode().splitlines()
    assert lines[1].split(",")[7] == "", "quiet_until is null"
    _, topics, _ = (await fetch(opened, "statements.csv")).content.decode().rsplit("\n", 2)
    assert topics.split(",")[6:10] == ['"Fractions"', "", "", ""], "null is not quoted"


async def test_a_period_selects_sessions_and_their_rows(opened: Archive) -> None:
    for start, end, wanted in (
        (NOON, NOON + HOUR, 1),
        (NOON - HOUR, NOON, 0),
        (NOON + timedelta(microseconds=1), NOON + HOUR, 0),
    ):
        period = {"from": start.isoformat(), "to": end.isoformat()}
        for view in ("sessions", "utterances", "notices", "documentation"):
            lines = (await fetch(opened, f"{view}.jsonl", **period)).content.splitlines()
            assert len(lines) == wanted, (view, period)
        assert (await fetch(opened, "students.jsonl", **period)).content, "students belong to no session"
    assert (await fetch(opened, "sessions.jsonl", to=NOON.isoformat())).content == b""
    assert (await fetch(opened, "sessions.jsonl", **{"from": NOON.isoformat()})).content != b""


async def test_the_dictionary_describes_every_table_and_column(opened: Archive) -> None:
    async with opened.client() as client:
        dictionary = (await client.get("/v1/exports")).json()
    assert dictionary["formats"] == ["parquet", "csv", "jsonl"]
    assert {
        table["name"]: [column["name"] for column in table["columns"]] for table in dictionary["tables"]
    } == {view.name: [column.name for column in view.columns] for view in VIEWS.values()}
    for table in dictionary["tables"]:
        assert table["description"]
        assert all(column["description"] for column in table["columns"])
        assert table["by_session"] == ("session_id" in [column["name"] for column in table["columns"]])


@pytest.mark.parametrize("form", list(ExportFormat))
@every_view
async def test_an_organization_without_a_record_gets_empty_files(
    opened: Archive, view: str, form: ExportFormat
) -> None:
    new = Tenant()  # has no rows in the database
    async with aclosing(Database(opened.urls.application)) as database:
        export = await Exports(database, most=1).begin(new.id, view_named(view), form, Period())
        content = b"".join([piece async for piece in export.pieces()])
    if form is ExportFormat.PARQUET:
        table = pq.read_table(io.BytesIO(content))
        assert table.num_rows == 0
        assert table.schema.equals(arrow_schema(VIEWS[view]), check_metadata=True)
    elif form is ExportFormat.CSV:
        assert next(csv.reader([content.decode()])) == [column.name for column in VIEWS[view].columns]
        assert content.count(b"\n") == 1
    else:
        assert content == b""


async def test_invalid_requests_are_refused(opened: Archive) -> None:
    async with opened.client() as client:
        problem = problem_of(await client.get("/v1/exports/api_key.parquet"), 404, "not-found")
        assert "utterances" in problem["next_step"]
        problem_of(await client.get("/v1/exports/students.xlsx"), 422, "invalid-input")
        period = {"from": NOON.isoformat(), "to": NOON.isoformat()}
        problem_of(await client.get("/v1/exports/students.csv", params=period), 422, "invalid-input")
        problem_of(await client.get("/v1/exports/students.csv", params={"to": "soon"}), 422, "invalid-input")
        client.headers.pop("authorization")
        problem_of(await client.get("/v1/exports/students.csv"), 401, "not-authenticated")


async def test_an_unreachable_database_is_an_error_before_the_first_byte(opened: Archive) -> None:
    async with aclosing(Database("postgresql://homeroom_app:x@127.0.0.1:1/nothing")) as unreachable:
        with pytest.raises(Exception, match="isn't responding"):
            await Exports(unreachable, most=1).begin(
                opened.tenant.id, view_named("students"), ExportFormat.CSV, Period()
            )


async def test_closing_an_export_frees_its_slot(opened: Archive) -> None:
    """Both before and after the first piece was read."""
    async with aclosing(Database(opened.urls.application, pool_size=1)) as database:
        exports = Exports(database, most=1)
        for taken in (0, 1):
            export = await exports.begin(opened.tenant.id, view_named("words"), ExportFormat.JSONL, Period())
            pieces = export.pieces()
            for _ in range(taken):
                await anext(pieces)
            await export.aclose()
        async with asyncio.timeout(30):
            export = await exports.begin(opened.tenant.id, view_named("words"), ExportFormat.JSONL, Period())
            assert b"".join([piece async for piece in export.pieces()])


MANY, BATCH = 100_000, 5_000
_UTTERANCES = """
    insert into utterance (organization_id, id, session_id, identity, track_sid, starts_at, ends_at, text, words,
                           language, confidence, engine)
    select %s, gen_random_uuid(), %s, %s, 'TR_1', t, t + interval '1 second', repeat('word ', 20), '[]', 'en', 1, ''
    from generate_series(1, %s) as n, lateral (select %s::timestamptz + n * interval '1 second' as t)
"""


async def test_a_large_table_is_read_in_batches(database: Database, database_urls: DatabaseUrls) -> None:
    """Reading all rows at once would take hundreds of megabytes."""
    tenant = await make_tenant(database)
    with psycopg.connect(database_urls.superuser) as connection:
        speaker = str(tenant["participant"]["id"])
        connection.execute(_UTTERANCES, [tenant.id, tenant.session_id, speaker, MANY, NOON])
    exports = Exports(database, most=1, rows=BATCH)
    before = resident()
    export = await exports.begin(tenant.id, view_named("utterances"), ExportFormat.PARQUET, Period())
    content, highest = io.BytesIO(), before
    async for piece in export.pieces():
        content.write(piece)
        highest = max(highest, resident())
    file = pq.ParquetFile(content)
    assert file.metadata.num_rows == MANY + 1
    assert file.metadata.num_row_groups == MANY / BATCH + 1
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert highest - before < 90_000_000 + content.getbuffer().nbytes


def resident() -> int:
    """The resident memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
