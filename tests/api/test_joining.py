"""Join links give credentials to one person for one class while it is open."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import jwt
import pytest

from domain.people.roles import Role
from signing.links import JoinLink, LinkSigner
from tests.campus import HOUR, LINK_SECRET, Campus, Json, School, problem_of, school
from tests.links import token_of

pytestmark = pytest.mark.adapter

SOON = timedelta(seconds=2)
OPENS_AT_ONCE = {"room_before": "P1D", "empty_room_for": "PT1H"}


async def request_credentials(campus: Campus, session_id: str, link: str) -> httpx.Response:
    async with campus.client() as person:
        return await person.post(f"/v1/join/{session_id}/credentials", json={"link": link})


def link_for(campus: Campus, session_id: str, organization_id: UUID, lasts: timedelta = HOUR) -> str:
    """A validly signed link for somebody who is not in the class."""
    link = JoinLink(UUID(session_id), organization_id, uuid4(), Role.INSTRUCTOR)
    return token_of(campus.links.join_url(link, datetime.now(UTC) + lasts))


@pytest.fixture(scope="module")
async def open_class(campus: Campus) -> AsyncIterator[tuple[School, str]]:
    """A school and an open class of it."""
    async with school(campus) as opened:
        await opened.api.patch("/v1/policy", json=OPENS_AT_ONCE)
        session_id = await opened.book(2 * HOUR)
        await opened.run_until(session_id, "open")
        yield opened, session_id


@pytest.mark.parametrize(
    ("role", "may_share"), [("student", False), ("instructor", True), ("observer", False)]
)
async def test_an_open_class_gives_credentials_for_the_role(
    campus: Campus, open_class: tuple[School, str], role: str, may_share: bool
) -> None:
    opened, session_id = open_class
    if role == "observer":
        await opened.post(f"/v1/sessions/{session_id}/guests", {"name": "Aunt"})
    answer = await request_credentials(campus, session_id, await opened.join_token(session_id, role))
    assert answer.status_code == 200, answer.text
    given: Json = answer.json()
    claims = jwt.decode(given["token"], options={"verify_signature": False})
    assert claims["video"]["room"] == f"session-{session_id}"
    assert claims["sub"] == given["identity"]
    assert ("screen_share" in claims["video"]["canPublishSources"]) == may_share
    assert given["features"]["screen_share"] == may_share
    assert given["people"][given["identity"]]["role"] == role
    assert "name" not in claims, "LiveKit receives no names"


def names_of(answer: httpx.Response) -> set[str]:
    return {person["name"] for person in answer.json().values()}


async def test_participants_can_read_the_names_in_class(
    campus: Campus, open_class: tuple[School, str]
) -> None:
    opened, session_id = open_class
    link = await opened.join_token(session_id)
    async with campus.client() as person:
        answer = await person.get(f"/v1/join/{session_id}/people", params={"t": link})
        shown = names_of(answer)
        assert "Ada Okafor" in shown
        assert shown & {"Noor Haddad", "Leo Lindqvist", "Noor", "Leo"} in (
            {"Noor Haddad", "Leo"},
            {"Noor", "Leo Lindqvist"},
        ), "one's own name in full"
        given = (await person.post(f"/v1/join/{session_id}/credentials", json={"link": link})).json()
        assert {one["name"] for one in given["people"].values()} == shown
        teacher = await opened.join_token(session_id, "instructor")
        answer = await person.get(f"/v1/join/{session_id}/people", params={"t": teacher})
        assert {"Noor Haddad", "Leo Lindqvist"} <= names_of(answer)
        await opened.api.patch("/v1/policy", json={"student_names": "full"})
        answer = await person.get(f"/v1/join/{session_id}/people", params={"t": link})
        assert {"Noor Haddad", "Leo Lindqvist"} <= names_of(answer)
        await opened.api.patch("/v1/policy", json={"student_names": "forename"})
        refused = await person.get(f"/v1/join/{session_id}/people", params={"t": link + "x"})
        problem_of(refused, 403, "link-invalid")
        problem_of(await person.get(f"/v1/join/{session_id}/people"), 422, "invalid-input")


async def test_before_the_class_opens_the_problem_says_when_it_will(campus: Campus, harbour: School) -> None:
    session_id = await harbour.book(starts_in=48 * HOUR)
    seen = await harbour.get(f"/v1/sessions/{session_id}")
    problem = problem_of(
        await request_credentials(campus, session_id, await harbour.join_token(session_id)),
        409,
        "class-not-open",
    )
    starts_at = datetime.fromisoformat(seen["starts_at"])
    assert datetime.fromisoformat(problem["opens_at"]) == starts_at - timedelta(minutes=15)
    assert datetime.fromisoformat(problem["starts_at"]) == starts_at
    assert (problem["class_title"], problem["time_zone"]) == ("Adding fractions", "UTC")


async def test_joining_a_cancelled_class_is_refused_as_cancelled(campus: Campus, harbour: School) -> None:
    session_id = await harbour.book()
    link = await harbour.join_token(session_id)
    await harbour.post(f"/v1/sessions/{session_id}/cancel", {})
    await harbour.run_until(session_id, "cancelled")
    problem = problem_of(await request_credentials(campus, session_id, link), 410, "class-ended")
    assert "cancelled" in problem["detail"]


async def test_joining_an_ended_class_is_refused(campus: Campus, harbour: School) -> None:
    await harbour.api.patch("/v1/policy", json=OPENS_AT_ONCE)
    session_id = await harbour.book(SOON)
    link = await harbour.join_token(session_id)
    await harbour.run_until(session_id, "open")
    await asyncio.sleep(SOON.total_seconds())
    await harbour.post(f"/v1/sessions/{session_id}/end")
    await harbour.run_until(session_id, "ending", "documenting", "filing", "closed")
    problem_of(await request_credentials(campus, session_id, link), 410, "class-ended")


def tampered(link: str) -> dict[str, str]:
    """Manipulated forms of a valid link, by what was done."""
    header, payload, signature = link.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    teacher = jwt.encode(claims | {"role": "instructor"}, "guessed-secret-of-thirty-two-characters!").split(
        "."
    )
    unsigned = jwt.encode(claims | {"role": "instructor"}, "", algorithm="none")
    return {
        "nothing": "",
        "nonsense": "nonsense",
        "two parts": f"{header}.{payload}",
        "other claims": f"{header}.{teacher[1]}.{signature}",
        "own signature": ".".join(teacher),
        "no signature": unsigned,
        "stripped": f"{header}.{payload}.",
        "one letter": link[:-2] + ("A" if link[-2] != "A" else "B") + link[-1],
        "deep": base64.urlsafe_b64encode(b"[" * 2900).decode().rstrip("=") + ".e30.x",
        "not ASCII": "é.é.é",
    }


async def test_a_tampered_link_is_refused(campus: Campus, open_class: tuple[School, str]) -> None:
    opened, session_id = open_class
    before = opened.rows()
    for manipulation, link in tampered(await opened.join_token(session_id)).items():
        assert problem_of(await request_credentials(campus, session_id, link), 403, "link-invalid"), (
            manipulation
        )
    assert opened.rows() == before


async def test_a_link_for_another_purpose_is_refused(campus: Campus, open_class: tuple[School, str]) -> None:
    opened, session_id = open_class
    console = token_of(campus.console_url(opened.id), "token")
    problem_of(await request_credentials(campus, session_id, console), 403, "link-invalid")


async def test_an_expired_link_is_refused(campus: Campus, open_class: tuple[School, str]) -> None:
    opened, session_id = open_class
    link = link_for(campus, session_id, opened.id, lasts=timedelta(seconds=-1))
    problem_of(await request_credentials(campus, session_id, link), 403, "link-expired")


async def test_a_link_for_another_class_is_refused(campus: Campus, open_class: tuple[School, str]) -> None:
    opened, session_id = open_class
    another = await opened.book(72 * HOUR)
    problem_of(
        await request_credentials(campus, session_id, await opened.join_token(another)),
        403,
        "link-for-another-class",
    )
    answer = await request_credentials(campus, str(uuid4()), await opened.join_token(session_id))
    problem_of(answer, 403, "link-for-another-class")


async def test_a_link_for_a_non_participant_is_refused(
    campus: Campus, open_class: tuple[School, str], harbour: School
) -> None:
    opened, session_id = open_class
    for organization_id in (opened.id, harbour.id):
        link = link_for(campus, session_id, organization_id)
        problem_of(await request_credentials(campus, session_id, link), 404, "not-found")


async def test_links_signed_with_an_older_secret_stay_valid_while_it_is_kept(campus: Campus) -> None:
    older = LinkSigner(["an-older-secret-of-thirty-two-characters", LINK_SECRET], campus.url)
    newer = LinkSigner([LINK_SECRET], campus.url)
    link = JoinLink(uuid4(), uuid4(), uuid4(), Role.STUDENT)
    now = datetime.now(UTC)
    assert older.read_join(token_of(newer.join_url(link, now + HOUR)), link.session_id, now) == link


async def test_the_room_page_does_not_leak_its_url(campus: Campus, open_class: tuple[School, str]) -> None:
    """Its URL contains the link."""
    _, session_id = open_class
    async with campus.browser() as browser:
        answer = await browser.get(f"/join/{session_id}?t=secret")
        assert answer.status_code in (200, 503), "503: not built on this machine"
        if answer.status_code == 200:
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cache-control"] == "no-store"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        problem_of(await browser.get("/join/nonsense"), 422, "invalid-input")
