"""Permissions of the pages by role: guardians open none of them, instructors those of their own classes."""

from collections.abc import AsyncIterator
from importlib import import_module
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute

from console.frame.permits import Permits
from tests.api.roles import signed_in
from tests.campus import HOUR, School, problem_of

pytestmark = pytest.mark.adapter

PARTS = ("", "/fragment", "/live", "/review", "/review/state")
COMMANDS = (
    "end",
    "guests",
    "extend",
    "reopen",
    "reschedule",
    "cancel",
    "substitute",
    "approve",
    "review/approve",
)


@pytest.fixture
async def session_id(harbour: School) -> str:
    return await harbour.book(2 * HOUR)


@pytest.fixture
async def colleague(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    """An instructor who does not teach the class."""
    made = await harbour.post("/v1/instructors", {"name": "Mei Tanaka", "email": "mei@harbour.example"})
    async with await signed_in(harbour.campus, harbour.id, "instructor", UUID(made["id"])) as browser:
        yield browser


@pytest.mark.parametrize("module", ["sessions.command_forms", "review.review_page"])
def test_every_route_requires_a_permission(module: str) -> None:
    for route in import_module(f"console.{module}").router.routes:
        assert isinstance(route, APIRoute)
        permits = [d.call for d in route.dependant.dependencies if isinstance(d.call, Permits)]
        assert permits, route.path


async def test_a_guardian_opens_no_page(harbour: School, session_id: str) -> None:
    guardian = UUID(harbour.ids["guardian"])
    async with await signed_in(harbour.campus, harbour.id, "guardian", guardian) as browser:
        for path in ("/review", *(f"/sessions/{session_id}{part}" for part in PARTS)):
            problem_of(await browser.get(path), 403, "not-allowed")
        for command in COMMANDS:
            problem_of(await browser.post(f"/sessions/{session_id}/{command}"), 403, "not-allowed")


async def test_an_instructor_opens_no_class_of_a_colleague(
    colleague: httpx.AsyncClient, session_id: str
) -> None:
    for part in PARTS:
        problem_of(await colleague.get(f"/sessions/{session_id}{part}"), 404, "not-found")
    for command, form in (("end", {}), ("guests", {"name": "Aunt"}), ("approve", {"revision": "1"})):
        problem_of(await colleague.post(f"/sessions/{session_id}/{command}", data=form), 404, "not-found")
    assert "Nothing to review" in (await colleague.get("/review", headers={"accept": "text/html"})).text


async def test_an_instructor_sees_only_commands_they_may_use(harbour: School, session_id: str) -> None:
    ada = UUID(harbour.ids["instructor"])
    async with await signed_in(harbour.campus, harbour.id, "instructor", ada) as browser:
        page = await browser.get(f"/sessions/{session_id}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert 'data-opens="dialog-guest"' in page.text
    for command in ("reschedule", "cancel", "substitute"):
        assert f'data-opens="dialog-{command}"' not in page.text
    assert 'href="/review"' in page.text
    assert 'id="notices"' not in page.text
