"""The example queries of docs/data.md run as they stand, by SQL and over the files, and both say the same."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from cli.reader import reader_url
from models.database import Database
from models.repositories import readers
from models.repositories.exports import Period
from scripts.data_dictionary import PAGE
from services.export_formats import ExportFormat
from services.exports import Exports, view_named
from tests.models.full_record import HARD, make_record, new_role
from tests.models.rows import NOON, Tenant
from tests.stack import DatabaseUrls

pytestmark = pytest.mark.adapter

QUERIES = re.findall(r"```sql\n(.*?)```", PAGE.read_text(), re.DOTALL)
TABLES = ("attendance", "sessions", "courses", "engagement", "documentation")


@pytest.fixture
async def tenant(database: Database, database_urls: DatabaseUrls) -> Tenant:
    """One class that was held: its student came, its documentation was approved 90 minutes after its end."""
    made, _ = await make_record(database, database_urls), await make_record(database, database_urls)
    with psycopg.connect(database_urls.superuser) as connection:
        connection.execute("update participant set role = 'student'")
        connection.execute("update course set title = %s", [HARD])
        connection.execute("update session set outcome = 'held', ended_at = %s", [NOON])
        connection.execute(
            "update documentation set status = 'approved', approved_at = %s + interval '90 minutes'", [NOON]
        )
    return made


@pytest.fixture
async def files(database: Database, tenant: Tenant, tmp_path: Path) -> Path:
    exports = Exports(database, most=1)
    for table in TABLES:
        made = await exports.begin(tenant.id, view_named(table), ExportFormat.PARQUET, Period())
        content = b"".join([piece async for piece in made.pieces()])
        (tmp_path / f"{table}.parquet").write_bytes(content)
    return tmp_path


def plain(rows: list[Any]) -> list[tuple[Any, ...]]:
    return [tuple(float(v) if isinstance(v, Decimal | int) else v for v in row) for row in rows]


def test_the_examples_answer_what_they_promise(
    tenant: Tenant, files: Path, database_urls: DatabaseUrls
) -> None:
    wanted = [[(HARD, 1.0, 1.0)], [(HARD, "student", 1.0)], [(2030.0, 3.0, 1.0, 1.5)]]
    made = readers.Reader(new_role(), tenant.id, "", NOON)
    readers.add(database_urls.owner, made, "a-password", readers.Limits(5, 60))
    with psycopg.connect(reader_url(database_urls.owner, made.role_name, "a-password")) as connection:
        by_sql = [plain(connection.execute(query).fetchall()) for query in QUERIES]
    readers.remove(database_urls.owner, made.role_name)
    with duckdb.connect() as engine:
        for table in TABLES:
            engine.execute(f"create view {table} as select * from '{files}/{table}.parquet'")
        by_files = [plain(engine.execute(query).fetchall()) for query in QUERIES]
    assert by_sql == wanted
    assert by_files == wanted
