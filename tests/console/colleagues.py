"""Colleagues of the school's instructor, and what they are told."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from sqlmodel import col, select

from models.notice import Notice
from tests.campus import PATIENCE, Json, School
from tests.stack import TestMail

OPEN = "/teaching/open-classes"


async def colleague(school: School, name: str, subject: str = "Sums", **more: Any) -> Json:
    address = f"{name.lower()}.{school.id}@harbour.example"
    body = {"name": f"{name} Adeyemi", "email": address, "qualifications": [{"subject": subject}]}
    return await school.post("/v1/instructors", body | more)


async def told(school: School, kind: str) -> list[str]:
    """The first parts of the addresses to which messages of a kind were written."""
    async with school.transaction() as db:
        rows = await db.scalars(select(Notice).where(col(Notice.kind) == kind))
        return sorted(row.address.partition(".")[0] for row in rows)


async def mail_to(sink: TestMail, address: str, subject: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            for mail in await asyncio.to_thread(sink.messages, address):
                if mail["subject"].startswith(subject):
                    return mail
            await asyncio.sleep(0.1)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.1)


def listed(page: httpx.Response) -> list[dict[str, str]]:
    """Kind and key of each class on an instructor's page of open classes."""
    found = re.findall(
        r'name="kind" value="(\w+)"><input type="hidden" name="key" value="([^"]+)"', page.text
    )
    return [{"kind": kind, "key": key} for kind, key in found]
