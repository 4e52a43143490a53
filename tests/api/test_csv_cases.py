"""Files of guardians as people save them: read, or refused as a whole before any row is written."""

from pathlib import Path

import pytest

from tests.api.bulk import read, refusals, report, upload
from tests.campus import Json, School, problem_of

pytestmark = pytest.mark.adapter

FILES = Path(__file__).parents[1] / "cases" / "csv"
JOSE = ("José Peña", "jose.pena@school.example", "Europe/Madrid", "00123")
ZOE = ("Zoë O'Neil", "zoe+maths@school.example", "Europe/London", "00124")
MINH = ("Minh Trần", "minh@school.example", "Asia/Ho_Chi_Minh", "90071992547409931")
AS_COMMA = (
    *("comma", "bom", "bom_twice", "semicolon", "sep_line", "tab", "utf16", "capital_headers", "blank_rows"),
    *("trailing_column", "line_of_spaces", "zero_width_header", "nbsp_values"),
)


def content(name: str) -> bytes:
    return (FILES / f"{name}.csv").read_bytes()


async def guardians(harbour: School) -> list[tuple[str, ...]]:
    rows: list[Json] = (await harbour.get("/v1/guardians?sort=created_at"))["items"]
    names = ("name", "email", "time_zone", "external_id")
    return [tuple(row[name] for name in names) for row in rows if row["external_id"]]


def test_every_file_is_covered() -> None:
    covered = {*AS_COMMA, "windows_1252", "spreadsheet_number", "quote_open", "twins"}
    assert {file.stem for file in FILES.glob("*.csv")} == covered


@pytest.mark.parametrize("name", AS_COMMA)
async def test_a_file_is_read(harbour: School, name: str) -> None:
    rows, last = await report(harbour, "guardians", content(name))
    assert last == {"taken": 3, "refused": 0, "done": True}, rows
    assert sorted(await guardians(harbour)) == sorted([JOSE, ZOE, MINH])


@pytest.mark.parametrize(
    ("name", "cause", "step"),
    [
        ("windows_1252", "it is saved as Windows-1252, as line 2 shows", "Save it as UTF-8"),
        ("quote_open", "the quote that opens on line 3 is never closed", "Close it"),
    ],
)
async def test_a_file_is_refused_as_a_whole(harbour: School, name: str, cause: str, step: str) -> None:
    before = harbour.rows()
    problem = problem_of(await upload(harbour, "guardians", content(name)), 422, "invalid-input")
    assert cause in problem["detail"]
    assert step in problem["next_step"]
    assert harbour.rows() == before


async def test_an_id_that_a_spreadsheet_has_spoiled_is_refused(harbour: School) -> None:
    rows, last = await report(harbour, "guardians", content("spreadsheet_number"))
    assert last == {"taken": 2, "refused": 1, "done": True}
    assert refusals(rows) == {3: "a spreadsheet changed the id to 1.23E+16, so its last digits are lost"}
    assert sorted(await guardians(harbour)) == sorted([JOSE, ZOE])


async def test_an_address_that_comes_twice_is_remarked_on(harbour: School) -> None:
    answer = await upload(harbour, "guardians", content("twins"), key="twins")
    (first, second), last = read(answer)
    assert last == {"taken": 2, "refused": 0, "done": True}
    assert "remark" not in first
    assert second["remark"] == "row 1 has the same address, which differs in capitals only"
    again = await upload(harbour, "guardians", content("twins"), key="twins")
    assert again.text == answer.text, "the report is repeated as it was"
