"""Every route of the API needs one permission; instructors see only their classes, and who is retired nothing.

Who may call which is walked in tests/security/test_every_route_by_every_caller.py.
"""

from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pkgutil import iter_modules
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

import api.routes
from api.http.authentication import Needs
from domain.people.access import Permission
from tests.api.bodies import Booked
from tests.api.roles import signed_in
from tests.campus import HOUR, Campus, School, problem_of, school

pytestmark = pytest.mark.adapter

# Authenticated by a link, a signature or the operator's token instead of a role.
WITHOUT_ROLE = {
    ("POST", "/v1/organizations"),
    ("PUT", "/v1/organizations/{id}/domains/{domain}"),
    ("DELETE", "/v1/organizations/{id}/domains/{domain}"),
    ("POST", "/v1/join/{session_id}/credentials"),
    ("GET", "/v1/join/{session_id}/people"),
    ("GET", "/v1/join/{session_id}/chat"),
    ("GET", "/v1/join/{session_id}/class"),
    ("GET", "/v1/join/{session_id}/captions"),
    ("POST", "/v1/join/{session_id}/chat"),
    ("POST", "/v1/join/{session_id}/mute"),
    ("POST", "/v1/join/{session_id}/lower-hands"),
    ("POST", "/v1/join/{session_id}/remove"),
    ("POST", "/v1/join/{session_id}/readmit"),
    ("POST", "/v1/join/{session_id}/lock"),
    ("POST", "/v1/join/{session_id}/end"),
    ("POST", "/v1/join/{session_id}/quality"),
    ("POST", "/v1/livekit/webhooks"),
    ("GET", "/v1/content/file"),
    ("GET", "/v1/content/recording"),
}


def routes() -> list[APIRoute]:
    modules = [import_module(f"api.routes.{module.name}") for module in iter_modules(api.routes.__path__)]
    return [
        route
        for module in modules
        for route in getattr(module, "router", APIRouter()).routes
        if isinstance(route, APIRoute) and route.include_in_schema
    ]


def permissions_of(dependant: Dependant) -> Iterator[Permission]:
    """The permissions that a route's dependencies check."""
    for inner in dependant.dependencies:
        if isinstance(inner.call, Needs):
            yield inner.call.permission
        yield from permissions_of(inner)


GUARDED = [
    (method, route.path, permission)
    for route in routes()
    for method in sorted(route.methods or ())
    for permission in permissions_of(route.dependant)
]


def test_every_route_needs_one_permission_or_other_authentication() -> None:
    guarded = [(method, path) for method, path, _ in GUARDED]
    assert len(set(guarded)) == len(guarded)
    served = {(method, route.path) for route in routes() for method in route.methods or ()}
    assert served - set(guarded) == WITHOUT_ROLE


def test_every_permission_is_needed_by_a_route_or_page() -> None:
    served_elsewhere = {
        Permission.FAMILY_READ,
    }
    assert {permission for _, _, permission in GUARDED} | served_elsewhere == set(Permission)


@pytest.fixture(scope="module")
async def booked(campus: Campus) -> AsyncIterator[Booked]:
    async with school(campus) as opened:
        session_id = await opened.book()
        yield Booked(opened, session_id, "")


async def test_an_instructor_sees_and_runs_only_their_own_classes(booked: Booked) -> None:
    mine, school_ = booked.session_id, booked.school
    other = await school_.post("/v1/instructors", {"name": "Grace", "email": "grace@harbour.example"})
    theirs = await school_.book(
        72 * HOUR, instructor_id=other["id"], student_ids=[school_.ids["student 1"]], topic_ids=[]
    )
    async with await _browser_of(school_, "instructor", school_.ids["instructor"]) as ada:
        listed = (await ada.get("/v1/sessions")).json()["items"]
        assert mine in [session["id"] for session in listed]
        assert theirs not in [session["id"] for session in listed]
        for path in ("", "/timeline", "/attendance", "/transcript", "/join-links"):
            assert (await ada.get(f"/v1/sessions/{mine}{path}")).status_code == 200, path
            problem_of(await ada.get(f"/v1/sessions/{theirs}{path}"), 404, "not-found")
        problem_of(await ada.post(f"/v1/sessions/{theirs}/end"), 404, "not-found")


async def test_retiring_a_person_signs_them_out(booked: Booked) -> None:
    made = await booked.school.post("/v1/instructors", {"name": "Alan", "email": "alan@harbour.example"})
    async with await _browser_of(booked.school, "instructor", made["id"]) as alan:
        assert (await alan.get("/v1/sessions")).status_code == 200
        assert (await booked.school.api.delete(f"/v1/instructors/{made['id']}")).status_code == 204
        problem_of(await alan.get("/v1/sessions"), 401, "not-authenticated")


async def test_cross_site_requests_with_a_cookie_are_refused(booked: Booked) -> None:
    async with await _browser_of(booked.school, "instructor", booked.school.ids["instructor"]) as ada:
        path = f"/v1/sessions/{booked.session_id}/end"
        for headers in ({"origin": "https://evil.example"}, {"origin": ""}, {"sec-fetch-site": "cross-site"}):
            problem_of(await ada.post(path, headers=headers), 403, "not-allowed")


async def _browser_of(school_: School, kind: str, key: str) -> httpx.AsyncClient:
    return await signed_in(school_.campus, school_.id, kind, UUID(key))
