"""Closed days around the classes of a school of a test."""

from datetime import date, datetime
from typing import Any

from tests.campus import Json, School


def closure(day: str | date | datetime, **changes: Any) -> Json:
    return {"name": "Founders' day", "first_day": str(day)[:10]} | changes


async def close(school: School, day: str | date | datetime, **changes: Any) -> Json:
    """Close a day on which nothing is booked."""
    added: Json = await school.post("/v1/closures", {"closures": [closure(day, **changes)]})
    found: Json = added["closures"][0]
    return found
