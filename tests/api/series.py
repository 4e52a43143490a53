"""A series of a school, and waiting for its classes."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.campus import PATIENCE, Json, School

WEEK = timedelta(weeks=1)
ZONE = "Europe/Madrid"


def first_start(days: int = 3) -> datetime:
    """A wall time at 17:00 in some days."""
    noon = (datetime.now(UTC) + timedelta(days=days)).replace(hour=17, minute=0, second=0, microsecond=0)
    return noon.replace(tzinfo=None)


def weekly(school: School, count: int = 3, **changes: Any) -> Json:
    return {
        "course_id": school.ids["course"],
        "instructor_id": school.ids["instructor"],
        "starts_at": first_start().isoformat(),
        "recurrence": f"FREQ=WEEKLY;COUNT={count}",
        "time_zone": ZONE,
    } | changes


async def classes_when(school: School, series_id: str, reached: Callable[[list[Json]], bool]) -> list[Json]:
    """The classes of a series, as soon as they are as wanted."""
    classes: list[Json] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while not reached(  # noqa: ASYNC110
                classes := await school.get(f"/v1/series/{series_id}/classes")
            ):
                await asyncio.sleep(0.1)
    assert reached(classes), classes
    return classes


def all_in(*states: str) -> Callable[[list[Json]], bool]:
    return lambda classes: [one["state"] for one in classes] == list(states)
