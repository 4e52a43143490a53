"""Files that are not what they should be: each row that cannot be read says why, and costs itself alone."""

import io
import json
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from domain.errors import InvalidInput
from services.bulk_import.parsing import MAX_ROW_BYTES, Row, csv_rows, json_rows
from tests.api.bulk import CSV, LINES, refusals, report, upload
from tests.campus import School, problem_of

pytestmark = pytest.mark.adapter

KNOWN = {"name": str, "email": str}


def rows(content: bytes) -> list[Row]:
    return list(csv_rows(io.BytesIO(content), KNOWN))


def said(content: bytes) -> list[object]:
    """What each row holds, or the beginning of what is wrong with it."""
    return [row.content if isinstance(row.content, dict) else str(row.content)[:40] for row in rows(content)]


NAMED = b"name,email\n"
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
def test_ways_to_write_the_same(content: bytes) -> None:
    assert said(content) == [MIA, LEO]


def test_quotes_hold_what_separates() -> None:
    assert said(NAMED + b'"Mia, ""M""\r\nLee",m\n') == [{"name": 'Mia, "M"\r\nLee', "email": "m"}]


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"Mi\xe9,m\nLeo,l\n", ["this row is not UTF-8, starting at character 3", LEO]),
        (b"M\0a,m\nLeo,l\n", ["this row contains a NUL character", LEO]),
        (b"Mia\nLeo,l\n", ["this row has 1 cells, the header has 2", LEO]),
        (b"Mia,m,\nLeo,l\n", ["this row has 3 cells, the header has 2", LEO]),
        (b'"Mia,m\nLeo,l\n', ["a quote opened on this line is never closed", LEO]),
        (b'"Mia"x,m\nLeo,l\n', ["this row isn't valid CSV: ',' expected after '\"'", LEO]),
        (b"Mia\rm\nLeo,l\n", ["this row isn't valid CSV: new-line character seen in", LEO]),
        (b"x" * (MAX_ROW_BYTES + 5) + b",m\nLeo,l\n", ["this row is longer than 1000000 bytes", LEO]),
        (b'"Mia' + b"\n" * (MAX_ROW_BYTES + 5) + b"Leo,l\n", ["a quote opened on this line is never closed", LEO]),
        (b"x" * 200_000 + b",m\nLeo,l\n", ["this row isn't valid CSV: field larger than fi", LEO]),
        (b'Mia,"m\n' * 2 + b"Leo,l\n", ["this row isn't valid CSV: ", LEO]),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read(content: bytes, wanted: list[object]) -> None:
    for found, want in zip(said(NAMED + content), wanted, strict=True):
        assert found == want or (isinstance(found, str) and found[:20] == str(want)[:20])


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    content = NAMED + b'"M\nia",m\n\n"Leo,l\nAnn,a\n'
    assert [(row.number, row.line) for row in rows(content)] == [(1, 2), (2, 5), (3, 6)]


def test_many_quotes_that_are_never_closed_cost_a_bounded_time() -> None:
    content = NAMED + b'a,"x\n' * 3000
    assert len(rows(content)) <= 3000


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "header"),
        (b"\n\n", "header"),
        (b"name,email,admin\nMia,m,true\n", "'admin'"),
        (b"name;email\nMia;m\n", "'name;email'"),
        (b"name,name\nMia,Leo\n", "twice"),
        (b"Mia,m\nLeo,l\n", "'Mia'"),
        (b"\xff\xfen\0a\0m\0e\0", "UTF-16"),
        (b"n\xe4me\nMia\n", "not UTF-8"),
        (b'"name\nMia\n', "never closed"),
        (b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0", "NUL"),
    ],
)
def test_a_file_whose_header_is_none(content: bytes, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        csv_rows(io.BytesIO(content), KNOWN)


def test_lines_that_are_no_json() -> None:
    bad = [b"[1]", b"{", b'{"name": "\xe9"}', b'"x"', b"[" * 5000, b'{"n": "' + b"x" * MAX_ROW_BYTES]
    content = b"\n".join([b'{"name": "Mia"}', b"", *bad, b"{}"])
    found = [row.content for row in json_rows(io.BytesIO(content))]
    assert found[0] == {"name": "Mia"}
    assert found[-1] == {}
    assert all(isinstance(one, InvalidInput) for one in found[1:-1])
    assert len(found) == 8


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
async def test_what_kind_of_file_it_is_has_to_be_said(
    harbour: School, media_type: str, status: int, code: str
) -> None:
    answer = await upload(harbour, "students", "name\nMia\n", media_type)
    if status != 200:
        assert "text/csv" in problem_of(answer, status, code)["next_step"] or "UTF-8" in answer.text
    assert answer.status_code == status


async def test_a_file_that_is_none_is_refused_whole(harbour: School) -> None:
    before = harbour.rows()
    for content in ("", "name,admin\nMia,true\n", b"\xff\xfen\0"):
        problem_of(await upload(harbour, "students", content), 422, "invalid-input")
    problem_of(await upload(harbour, "students", b"\xff\xfe{\0", LINES), 422, "invalid-input")
    assert harbour.rows() == before


async def test_a_file_without_rows_is_done_at_once(harbour: School) -> None:
    for content, kind in (("name\n", CSV), ("", LINES)):
        assert await report(harbour, "students", content, kind) == (
            [],
            {"taken": 0, "refused": 0, "done": True},
        )


async def test_rows_that_cannot_be_read_are_told_with_the_others(harbour: School) -> None:
    content = NAMED + b'Mia,mia@x.example\nMi\xe9,m@x.example\n"Leo,l@x.example\nAnn,ann@x.example\n'
    rows, last = await report(harbour, "guardians", content, CSV)
    assert last == {"taken": 2, "refused": 2, "done": True}
    assert list(refusals(rows)) == [2, 3]


@contextmanager
def memory(most: int) -> Iterator[None]:
    """This process, the server in it, takes at most so many bytes more than before."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most


async def test_a_long_file_takes_no_more_memory_than_a_short_one(harbour: School) -> None:
    """Neither the file nor its report is ever whole in memory."""
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
    with memory(16_000_000):
        async with harbour.api.stream(
            "POST", "/v1/curriculum-plans/bulk", content=content(), headers={"content-type": LINES}
        ) as answer:
            async for line in answer.aiter_lines():
                last = line
    assert sent > 30_000_000
    assert json.loads(last) == {"taken": 10_000, "refused": 0, "done": True}
