"""The demo's organization: every demo uses it again, with the same people."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.demo_class.school import STARTS_IN, book_class, reopen_school
from tests.campus import ADMIN
from tests.console.taught import Hall

pytestmark = pytest.mark.adapter


async def test_the_next_demo_teaches_the_same_people(hall: Hall, tmp_path: Path) -> None:
    await asyncio.to_thread(check, hall.campus.url, tmp_path / "demo.json")


def check(url: str, kept_at: Path) -> None:
    first_id, api = reopen_school(url, ADMIN, kept_at)
    assert kept_at.stat().st_mode & 0o077 == 0, "it holds a key"
    first = book_class(api, first_id, starts_in=timedelta(hours=1))
    again_id, again = reopen_school(url, ADMIN, kept_at)
    assert again_id == first_id
    second = book_class(again, again_id, starts_in=STARTS_IN + timedelta(hours=1))
    earlier, later = (again.get(f"/v1/sessions/{one.session_id}") for one in (first, second))
    assert datetime.fromisoformat(later["starts_at"]) >= datetime.fromisoformat(earlier["ends_at"])
    for shared in ("course_id", "instructor_id"):
        assert later[shared] == earlier[shared]
    assert len(list(again.pages("/v1/students"))) == 2
    assert len(list(again.pages("/v1/enrollments"))) == 2
    kept_at.write_text(json.dumps({"id": first_id, "api_key": "hr_gone_gone"}))
    other_id, other = reopen_school(url, ADMIN, kept_at)
    assert other_id != first_id, "a key of a stack that was reset is replaced"
    for client in (api, again, other):
        client.close()
