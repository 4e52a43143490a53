"""Malformed import files: an unreadable row is refused with a reason and does not stop the others."""

import io
import json
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from domain.errors import InvalidInput
from services.bulk_import.csv_files import csv_rows
from services.bulk_import.parsing import MAX_ROW_BYTES, Row, json_rows
from tests.api.bulk import CSV, LINES, refusals, report, upload
from tests.campus import School, problem_of

pytestmark = pytest.mark.adapter

COLUMNS = {"name": str, "email": str}


def rows(content: bytes) -> list[Row]:
    return list(csv_rows(io.BytesIO(content), COLUMNS))


def parsed(content: bytes) -> list[object]:
    """The content of each row, or the first 40 characters of its error."""
    return [row.content if isinstance(row.content, dict) else str(row.content)[:40] for row in rows(content)]


HEADER = b"name,email\n"
MIA, LEO = {"name": "Mia", "email": "m"}, {"name": "Leo", "email": "l"}


@pytest.mark.parametrize(
    "content",
    [
        b"name,email\nMia,m\nLeo,l\n",
        b"name,email\r\nMia,m\r\nLeo,l\r\n",
        b"\xef\xbb\xbfname,email\nMia,m\nLeo,l",
        b'"email","name"\n"m","Mia"\n\n\n"l","Leo"\n',
        b" name , email\nMia,m\nLeo,l\n",
    ],
)
def test_csv_variants_are_read_alike(content: bytes) -> None:
    assert parsed(content) == [MIA, LEO]


def test_quoted_cells_may_contain_separators() -> None:
    assert parsed(HEADER + b'"Mia, ""M""\r\nLee",m\n') == [{"name": 'Mia, "M"\r\nLee', "email": "m"}]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"M\0a,m\nLeo,l\n", ["this row contains a NUL character", LEO]),
        (b"Mia\nLeo,l\n", ["this row has 1 cells, the header has 2", LEO]),
        (b"Mia,m,x\nLeo,l\n", ["this row has 3 cells, the header has 2", LEO]),
        (b'"Mia"x,m\nLeo,l\n', ["this row isn't valid CSV: ',' expected after '\"'", LEO]),
        (b"Mia\rm\nLeo,l\n", ["this row isn't valid CSV: new-line character seen in", LEO]),
        (b"x" * (MAX_ROW_BYTES + 5) + b",m\nLeo,l\n", ["this row is longer than 1000000 bytes", LEO]),
        (b"x" * 200_000 + b",m\nLeo,l\n", ["this row isn't valid CSV: field larger than fi", LEO]),
    ],
)  # fmt: skip
def test_an_unreadable_row_does_not_stop_the_next(content: bytes, wanted: list[object]) -> None:
    for row, want in zip(parsed(HEADER + content), wanted, strict=True):
        assert row == want or (isinstance(row, str) and row[:20] == str(want)[:20])


def test_line_numbers_are_those_of_an_editor() -> None:
    content = HEADER + b'"M\nia",m\n\n,\nLeo,l\nAnn,a\n'
    assert [(row.number, row.line) for row in rows(content)] == [(1, 2), (2, 6), (3, 7)]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'"Mia,m\nLeo,l\n', 2),
        (b'Leo,l\nMia,"m', 3),
        (b'Mia,"m\nMia,"m\nLeo,l\n', 2),  # closed in another row
        (b'"a\nb","c\nLeo,l\n', 3),
        (b'a,"x ""y"" z\nLeo,l\n', 2),
        (b'a,"x\n' * 3000, 2),
        (b'Leo,l\n"Mia' + b"\n" * (MAX_ROW_BYTES + 5) + b"Leo,l\n", 3),
    ],
    ids=[
        "alone",
        "last line",
        "in another row",
        "after a cell of two lines",
        "with quotes in it",
        "many",
        "long",
    ],
)
def test_a_file_with_an_open_quote_is_refused_with_the_line_where_it_opens(content: bytes, line: int) -> None:
    with pytest.raises(InvalidInput, match=f"the quote that opens on line {line} is never closed"):
        csv_rows(io.BytesIO(HEADER + content), COLUMNS)


@pytest.mark.parametrize("separator", [b",", b";", b"\t", b"|"])
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_the_separator_is_found(separator: bytes, quote: bytes) -> None:
    lines = [[b"email", b"name"], [b"m", b"Mia"], [b"l", b"Leo"]]
    content = b"\r\n".join(separator.join(quote + cell + quote for cell in line) for line in lines)
    assert parsed(content) == [MIA, LEO]


def test_a_separator_line_decides() -> None:
    assert parsed(b"sep=#\r\nname#email\r\nMia#m\r\nLeo#l\r\n") == [MIA, LEO]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_with_a_byte_order_mark_is_read(encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    text = mark + "name\temail\r\nZoë 😀\tz\r\n" + "x\ty\r\n" * 200_000
    assert parsed(text.encode(encoding))[0] == {"name": "Zoë 😀", "email": "z"}


def test_a_value_in_a_column_without_a_name_is_refused() -> None:
    assert parsed(b"name,,email\nMia,,m\nLeo,x,l\n") == [MIA, "'x' is in a column without a name"]


def test_an_encoding_is_found_wherever_it_shows() -> None:
    content = HEADER + b"Mia,m\n" * 400_000 + "José,j".encode("cp1252")
    with pytest.raises(InvalidInput, match="saved as Windows-1252, as line 400002 shows"):
        csv_rows(io.BytesIO(content), COLUMNS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "header"),
        (b"\n\n", "header"),
        (b"name,email,admin\nMia,m,true\n", "'admin'"),
        (b"name,name\nMia,Leo\n", "twice"),
        (b"Mia,m\nLeo,l\n", "'Mia'"),
        (b"n\0a\0m\0e\0\n\0\xe4\0", "UTF-16"),
        (b"\xff\xfen\0a", "UTF-16"),
        (b"E-Mail,email\nm,m\n", "twice"),
        (b"n\xe4me\nMia\n", "not UTF-8"),
        (b'"name\nMia\n', "never closed"),
        (b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0", "workbook"),
    ],
)
def test_a_malformed_header_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        csv_rows(io.BytesIO(content), COLUMNS)


def test_malformed_json_lines_are_refused_one_by_one() -> None:
    bad = [b"[1]", b"{", b'{"name": "\xe9"}', b'"x"', b"[" * 5000, b'{"n": "' + b"x" * MAX_ROW_BYTES]
    content = b"\n".join([b'{"name": "Mia"}', b"", *bad, b"{}"])
    contents = [row.content for row in json_rows(io.BytesIO(content))]
    assert contents[0] == {"name": "Mia"}
    assert contents[-1] == {}
    assert all(isinstance(error, InvalidInput) for error in contents[1:-1])
    assert len(contents) == 8


@pytest.mark.parametrize(
    ("media_type", "status", "code"),
    [
        ("application/x-www-form-urlencoded", 415, "unsupported-media"),
        ("application/json", 415, "unsupported-media"),
        ("text/csv; charset=latin-1", 415, "unsupported-media"),
        ("text/csv; charset=UTF-8", 200, ""),
        ("TEXT/CSV;header=present", 200, ""),
    ],
)
async def test_the_content_type_must_be_supported(
    harbour: School, media_type: str, status: int, code: str
) -> None:
    answer = await upload(harbour, "students", "name\nMia\n", media_type)
    if status != 200:
        assert "text/csv" in problem_of(answer, status, code)["next_step"] or "UTF-8" in answer.text
    assert answer.status_code == status


async def test_an_unreadable_file_is_refused_as_a_whole(harbour: School) -> None:
    before = harbour.rows()
    for content in ("", "name,admin\nMia,true\n", b"name\nMia\nJos\xe9\n", 'name\nMia\n"Leo\n'):
        problem_of(await upload(harbour, "students", content), 422, "invalid-input")
    problem_of(await upload(harbour, "students", b"\xff\xfe{\0", LINES), 422, "invalid-input")
    assert harbour.rows() == before


async def test_a_file_without_rows_is_accepted(harbour: School) -> None:
    for content, kind in (("name\n", CSV), ("", LINES)):
        assert await report(harbour, "students", content, kind) == (
            [],
            {"taken": 0, "refused": 0, "done": True},
        )


async def test_unreadable_rows_are_reported_with_the_others(harbour: School) -> None:
    content = HEADER + b'Mia,mia@x.example\nMia\n"Leo"x,l@x.example\nAnn,ann@x.example\n'
    rows, last = await report(harbour, "guardians", content, CSV)
    assert last == {"taken": 2, "refused": 2, "done": True}
    assert list(refusals(rows)) == [2, 3]


@contextmanager
def memory_limit(most: int) -> Iterator[None]:
    """Fails if this process, which runs the server too, allocates more than `most` bytes."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most


async def test_a_long_file_takes_bounded_memory(harbour: School) -> None:
    """Both the file and its report are streamed."""
    sent = 0

    async def content() -> AsyncIterator[bytes]:
        nonlocal sent
        item = {"topic_id": harbour.ids["topic"], "note": "x" * 1000}
        plan = {"course_id": harbour.ids["course"], "title": "Spring", "items": [item] * 3}
        line = json.dumps(plan).encode() + b"\n"
        for _ in range(100):
            sent += 100 * len(line)
            yield line * 100

    last = ""
    with memory_limit(16_000_000):
        async with harbour.api.stream(
            "POST", "/v1/curriculum-plans/bulk", content=content(), headers={"content-type": LINES}
        ) as answer:
            async for line in answer.aiter_lines():
                last = line
    assert sent > 30_000_000
    assert json.loads(last) == {"taken": 10_000, "refused": 0, "done": True}
