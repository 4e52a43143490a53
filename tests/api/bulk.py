"""Uploads bulk import files and reads the reports."""

import json
from typing import Any

import httpx

from tests.campus import Json, School

CSV, LINES = "text/csv", "application/x-ndjson"
Report = list[Json]


async def upload(
    school: School,
    kind: str,
    content: Any,
    media_type: str = CSV,
    *,
    key: str | None = None,
    dry_run: bool = False,
) -> httpx.Response:
    headers = {"content-type": media_type} | ({"idempotency-key": key} if key else {})
    path = f"/v1/{kind}/bulk" + ("?dry_run=true" if dry_run else "")
    body = content.encode() if isinstance(content, str) else content
    return await school.api.post(path, content=body, headers=headers)


async def report(
    school: School, kind: str, content: Any, media_type: str = CSV, **options: Any
) -> tuple[Report, Json]:
    """Uploads a file; returns the lines about rows and the line of totals."""
    return read(await upload(school, kind, content, media_type, **options))


def read(answer: httpx.Response) -> tuple[Report, Json]:
    """The lines about rows and the line of totals, after checking that they agree."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == LINES
    *rows, last = [json.loads(line) for line in answer.text.splitlines()]
    assert last["taken"] == sum(row["status"] == "taken" for row in rows)
    assert last["refused"] == sum(row["status"] == "refused" for row in rows)
    assert [row["row"] for row in rows] == list(range(1, len(rows) + 1))
    return rows, last


def lines(*rows: Any) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def refusals(rows: Report) -> dict[int, str]:
    """The reasons of refused rows, by row number."""
    return {row["row"]: row["problem"]["detail"] for row in rows if row["status"] == "refused"}
