"""A join link opens nothing once what it rests on has ended: every reason is walked through every door."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from icalendar import Calendar
from uuid_utils.compat import uuid7

import api.routes
from domain.errors import ClassEnded, LinkExpired, LinkReplaced, NotFound, RemovedFromClass
from domain.notices.kinds import AccountNoticeKind, DeliveryState, NoticeKind, notice_id
from domain.people.roles import Role
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import SessionState
from domain.subjects import SubjectKind
from models.database import Database
from models.notice import Notice
from models.repositories import notices, sessions
from models.repositories import substitutions as stored_substitutions
from models.repositories.pages import PageRequest
from models.session import Participant, Session
from reports.catalogue import LANGUAGES, page_words
from services import bookings, substitutions
from services.link_renewal import RenewedLinkMails
from services.substitution_notices import SubstitutionNotices
from services.substitutions import SubstitutionRequest
from signing.links import JoinLink
from tests.api.bodies import BODIES, Booked
from tests.campus import HOUR, Campus, Json, School, problem_of, school
from tests.links import token_of
from workflows.contracts.common import SessionRef
from workflows.contracts.sessions import RemovePeopleInput

pytestmark = pytest.mark.adapter

JOIN = "/v1/join/"
ENTRY = ("POST", f"{JOIN}{{session_id}}/credentials")


@dataclass(frozen=True)
class OpenClass:
    """A class whose room is open, without a workflow or a LiveKit server."""

    school: School
    database: Database
    id: UUID
    people: dict[Role, UUID]  # participant ids
    instructor: str
    student: str
    guardians: list[str]

    async def change(self, **values: Any) -> None:
        async with self.database.tenant(self.school.id) as db:
            await sessions.change(db, self.id, **values)

    async def substitute(self, instructor_id: UUID) -> None:
        """Let this instructor take over the class."""
        now, notices_of = (
            datetime.now(UTC),
            SubstitutionNotices(self.school.campus.links, "a@harbour.example"),
        )
        async with self.database.tenant(self.school.id) as db:
            request = SubstitutionRequest(self.school.id, self.id, 1, instructor_id=instructor_id)
            search = await substitutions.start(db, request, now)
            await substitutions.advance(db, search.id, notices_of, now)
            (offer,) = await stored_substitutions.offers(db, [search.id])
            await substitutions.accept(db, offer.id, search.id, notices_of, now)

    async def links(self, role: Role) -> Json:
        """The long and the short link of a person."""
        listed: list[Json] = await self.school.get(f"/v1/sessions/{self.id}/join-links")
        return next(link for link in listed if link["participant_id"] == str(self.people[role]))

    async def act(self, role: Role, name: str, body: Json | None = None) -> httpx.Response:
        path = f"/v1/sessions/{self.id}/participants/{self.people[role]}/{name}"
        return await self.school.api.post(path, json=body)

    async def notices(self, kind: str) -> list[Notice]:
        async with self.database.tenant(self.school.id) as db:
            everything = await notices.page(db, PageRequest("created_at", 100), None)
        ours = {self.instructor, self.student, *self.guardians}
        return [row for row in everything[0] if row.kind == kind and str(row.recipient_id) in ours]


@pytest.fixture(scope="module")
async def academy(house: Campus) -> AsyncIterator[School]:
    async with school(house) as opened:
        yield opened


@pytest.fixture
async def lesson(academy: School, rows: Database) -> OpenClass:
    """With an instructor and a student of its own, who has an address and two guardians."""
    now, key = datetime.now(UTC), uuid7()
    instructor = await _person(academy, "instructors", f"ada.{key}@harbour.example")
    guardians = [
        await _person(academy, "guardians", f"guardian{number}.{key}@family.example") for number in range(2)
    ]
    own_address = {"email": f"noor.{key}@family.example", "email_basis": "adult"}
    student = await academy.post(
        "/v1/students", {"name": "Noor Haddad", "guardian_ids": guardians} | own_address
    )
    session = Session(
        id=key,
        organization_id=academy.id,
        region="local",
        course_id=UUID(academy.ids["course"]),
        instructor_id=UUID(instructor),
        title="Fractions",
        starts_at=now - HOUR / 2,
        ends_at=now + HOUR / 2,
        policy=SessionPolicy().model_dump(mode="json"),
        state=SessionState.LIVE,
        created_at=now,
    )
    own: Json = {"organization_id": academy.id, "session_id": key}
    people = {
        Role.INSTRUCTOR: Participant(
            **own, id=uuid7(), role=Role.INSTRUCTOR, instructor_id=UUID(instructor), name="Ada Okafor"
        ),
        Role.STUDENT: Participant(
            **own, id=uuid7(), role=Role.STUDENT, student_id=UUID(student["id"]), name="Noor Haddad"
        ),
    }
    second = Participant(
        **own, id=uuid7(), role=Role.STUDENT, student_id=UUID(academy.ids["student 1"]), name="Leo"
    )
    async with rows.tenant(academy.id) as db:
        db.add(session)
        await db.flush()
        db.add_all([*people.values(), second])
    participants = {role: person.id for role, person in people.items()}
    return OpenClass(academy, rows, key, participants, instructor, student["id"], guardians)


async def _person(academy: School, kind: str, email: str) -> str:
    return str((await academy.post(f"/v1/{kind}", {"name": "Ada Okafor", "email": email}))["id"])


End = Callable[[OpenClass], Awaitable[object]]


@dataclass(frozen=True)
class Reason:
    """Why a link ends, and the problem that it is refused with."""

    end: End
    code: str
    role: Role = Role.STUDENT
    renews: bool = True  # whether the person has another link from then on
    stays: int = 0  # the first guardian who still gets it


async def _renew(lesson: OpenClass, role: Role = Role.STUDENT) -> None:
    answer = await lesson.act(role, "renew-link", {"keep_in_room": True})
    assert answer.status_code == 200, answer.text


async def _unlink_guardian(lesson: OpenClass) -> None:
    await lesson.school.change(f"/v1/students/{lesson.student}", {"guardian_ids": lesson.guardians[1:]})


async def _retire(lesson: OpenClass, kind: str, key: str) -> None:
    answer = await lesson.school.api.delete(f"/v1/{kind}/{key}")
    assert answer.status_code == 204, answer.text


async def _move_guardian(lesson: OpenClass) -> None:
    change = {"email": f"moved.{lesson.id}@family.example"}
    await lesson.school.change(f"/v1/guardians/{lesson.guardians[0]}", change)


async def _move_student(lesson: OpenClass) -> None:
    change = {"email": f"moved.{lesson.id}@family.example", "email_basis": "adult"}
    await lesson.school.change(f"/v1/students/{lesson.student}", change)


async def _move_instructor(lesson: OpenClass) -> None:
    change = {"email": f"moved.{lesson.id}@harbour.example"}
    await lesson.school.change(f"/v1/instructors/{lesson.instructor}", change)


async def _substitute(lesson: OpenClass) -> None:
    person = {"name": "Ben Adeyemi", "email": f"ben.{lesson.id}@harbour.example"}
    made = await lesson.school.post("/v1/instructors", person)
    await lesson.substitute(UUID(made["id"]))


async def _send_out(lesson: OpenClass) -> None:
    assert (await lesson.act(Role.STUDENT, "send-out")).status_code in (204, 503), "LiveKit is nowhere here"


async def _take_out(lesson: OpenClass) -> None:
    ref = SessionRef(lesson.school.id, lesson.id)
    async with lesson.database.tenant(lesson.school.id) as db:
        removed = RemovePeopleInput(ref, participant_ids=(lesson.people[Role.STUDENT],), has_room=True)
        await bookings.remove_people(db, removed, datetime.now(UTC))


REASONS: dict[str, Reason] = {
    "renewed by staff": Reason(_renew, LinkReplaced.code),
    "guardian unlinked": Reason(_unlink_guardian, LinkReplaced.code, stays=1),
    "guardian retired": Reason(
        lambda lesson: _retire(lesson, "guardians", lesson.guardians[0]), LinkReplaced.code, stays=1
    ),
    "guardian's address changed": Reason(_move_guardian, LinkReplaced.code),
    "student's address changed": Reason(_move_student, LinkReplaced.code),
    "student retired": Reason(
        lambda lesson: _retire(lesson, "students", lesson.student), LinkReplaced.code, renews=False
    ),
    "instructor's address changed": Reason(_move_instructor, LinkReplaced.code, Role.INSTRUCTOR),
    "instructor retired": Reason(
        lambda lesson: _retire(lesson, "instructors", lesson.instructor),
        LinkReplaced.code,
        Role.INSTRUCTOR,
        renews=False,
    ),
    "instructor substituted": Reason(_substitute, LinkReplaced.code, Role.INSTRUCTOR, renews=False),
    "removed from the room": Reason(_send_out, RemovedFromClass.code, renews=False),
    "removed from the class": Reason(_take_out, NotFound.code, renews=False),
    "class cancelled": Reason(
        lambda lesson: lesson.change(state=SessionState.CANCELLED, outcome="cancelled"),
        ClassEnded.code,
        renews=False,
    ),
    "class over": Reason(
        lambda lesson: lesson.change(state=SessionState.REVIEW), ClassEnded.code, renews=False
    ),
}


def doors() -> list[tuple[str, str]]:
    """Method and path of every route that takes a join link."""
    modules = [import_module(f"api.routes.{module.name}") for module in iter_modules(api.routes.__path__)]
    return [
        (method, route.path)
        for module in modules
        for route in getattr(module, "router", APIRouter()).routes
        if isinstance(route, APIRoute) and route.path.startswith(JOIN)
        for method in sorted(route.methods or ())
    ]


async def knock(lesson: OpenClass, method: str, path: str, token: str) -> httpx.Response:
    """Try a door with a link. The answer of a stream is its beginning."""
    url = path.format(session_id=lesson.id)
    async with lesson.school.campus.client() as anybody:
        if method == "POST":
            body = BODIES[path](Booked(lesson.school, str(lesson.id), token))
            return await anybody.post(url, json=body)
        async with anybody.stream(method, url, params={"t": token}) as answer:
            if not answer.headers["content-type"].startswith("text/event-stream"):
                await answer.aread()
            return answer


async def open_code(campus: Campus, url: str, language: str = "en") -> httpx.Response:
    async with campus.client() as anybody:
        return await anybody.get(
            urlsplit(url).path, headers={"Accept": "text/html", "Accept-Language": language}
        )


def test_every_door_is_walked() -> None:
    found = {path.removeprefix(f"{JOIN}{{session_id}}/") for _, path in doors()}
    assert {"credentials", "people", "chat", "class", "captions", "quality", "remove", "end"} <= found


async def test_a_link_opens_every_door_of_its_role(lesson: OpenClass) -> None:
    token = token_of((await lesson.links(Role.STUDENT))["url"])
    for method, path in doors():
        answer = await knock(lesson, method, path, token)
        assert answer.is_success or answer.json()["code"] == "not-allowed", (path, answer.status_code)


@pytest.mark.parametrize("reason", REASONS)
async def test_an_ended_link_opens_no_door(house: Campus, lesson: OpenClass, reason: str) -> None:
    why = REASONS[reason]
    link = await lesson.links(why.role)
    token = token_of(link["url"])
    assert (await knock(lesson, *ENTRY, token)).status_code == 200
    assert (await open_code(house, link["short_url"])).status_code == 303
    await why.end(lesson)
    for method, path in doors():
        answer = await knock(lesson, method, path, token)
        assert answer.json().get("code") == why.code, (method, path, answer.text)
    if why.code in (LinkReplaced.code, NotFound.code):
        assert (await open_code(house, link["short_url"])).status_code in (403, 404)
    if why.renews:
        renewed = await lesson.links(why.role)
        assert renewed["short_url"] != link["short_url"]
        assert (await knock(lesson, *ENTRY, token_of(renewed["url"]))).status_code == 200
        to = (await open_code(house, renewed["short_url"])).headers["location"]
        assert to == renewed["url"].removeprefix(house.url)


async def test_a_link_expires_at_every_door(house: Campus, lesson: OpenClass) -> None:
    link = JoinLink(lesson.id, lesson.school.id, lesson.people[Role.STUDENT], Role.STUDENT)
    token = token_of(house.links.join_url(link, datetime.now(UTC) - timedelta(seconds=1)))
    for method, path in doors():
        problem_of(await knock(lesson, method, path, token), 403, LinkExpired.code)


async def test_a_link_names_the_version_that_it_was_made_for(house: Campus, lesson: OpenClass) -> None:
    versions = []
    for _ in range(2):
        token = token_of((await lesson.links(Role.STUDENT))["url"])
        versions.append(house.links.read_join(token, lesson.id, datetime.now(UTC)).version)
        await _renew(lesson)
    assert versions == [0, 1]


async def test_an_open_stream_ends_with_its_link(house: Campus, lesson: OpenClass) -> None:
    token = token_of((await lesson.links(Role.STUDENT))["url"])
    path = f"{JOIN}{lesson.id}/captions"
    async with house.client() as anybody, anybody.stream("GET", path, params={"t": token}) as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 2000"
        await _renew(lesson)
        assert "captions" not in "".join([line async for line in lines])


async def test_a_replaced_code_says_so_in_the_readers_language(house: Campus, lesson: OpenClass) -> None:
    link = await lesson.links(Role.STUDENT)
    await _renew(lesson)
    await lesson.links(Role.STUDENT)
    for language in LANGUAGES:
        answer = await open_code(house, link["short_url"], language)
        words = page_words("joining", language)
        assert answer.status_code == 403
        assert words["replaced_title"] in answer.text
        assert words["replaced_next"] in answer.text


@pytest.mark.parametrize("reason", [name for name, why in REASONS.items() if why.renews])
async def test_those_who_still_get_the_messages_get_the_new_link(
    house: Campus, rows: Database, lesson: OpenClass, reason: str
) -> None:
    why = REASONS[reason]
    before = await lesson.links(why.role)
    await why.end(lesson)
    current = await lesson.links(why.role)
    family = {lesson.student, *lesson.guardians[why.stays :]}
    mails = await lesson.notices(AccountNoticeKind.LINKS_RENEWED)
    expected = {lesson.instructor} if why.role == Role.INSTRUCTOR else family
    assert {str(mail.recipient_id) for mail in mails} == expected
    writer = RenewedLinkMails(rows, house.links, "classes@harbour.example")
    for mail in mails:
        await writer.write(lesson.school.id, mail.id, datetime.now(UTC))
    written = await lesson.notices(AccountNoticeKind.LINKS_RENEWED)
    assert any(mail.address.startswith("moved") for mail in written) == reason.endswith("address changed")
    for mail in written:
        assert current["url"] in mail.html
        assert current["short_url"] in mail.text
        for old in (token_of(before["url"]), before["short_url"]):
            assert old not in mail.html + mail.text + mail.calendar


async def test_the_mail_with_new_links_replaces_the_entries_in_calendars(
    house: Campus, rows: Database, lesson: OpenClass
) -> None:
    """With the links of all whom the reader has in the class, also of those whose link stays."""
    sibling = await lesson.school.post(
        "/v1/students", {"name": "Zoe Haddad", "guardian_ids": lesson.guardians[:1]}
    )
    async with rows.tenant(lesson.school.id) as db:
        db.add(
            Participant(
                organization_id=lesson.school.id,
                session_id=lesson.id,
                id=uuid7(),
                role=Role.STUDENT,
                student_id=UUID(sibling["id"]),
                name="Zoe Haddad",
            )
        )
    answer = await lesson.act(Role.STUDENT, "renew-link", {"keep_in_room": True})
    assert answer.is_success, answer.text
    writer = RenewedLinkMails(rows, house.links, "classes@harbour.example")
    for mail in await lesson.notices(AccountNoticeKind.LINKS_RENEWED):
        await writer.write(lesson.school.id, mail.id, datetime.now(UTC))
    links = {
        link["name"]: link["url"] for link in await lesson.school.get(f"/v1/sessions/{lesson.id}/join-links")
    }
    written = await lesson.notices(AccountNoticeKind.LINKS_RENEWED)
    assert {str(mail.recipient_id) for mail in written} == {lesson.student, *lesson.guardians}
    for mail in written:
        calendar = Calendar.from_ical(mail.calendar)
        (event,) = calendar.walk("VEVENT")
        assert calendar["method"] == "REQUEST"
        assert (event["uid"], event["attendee"]) == (f"{lesson.id}@homeroom", f"mailto:{mail.address}")
        has_sibling = str(mail.recipient_id) == lesson.guardians[0]
        named = {name for name, url in links.items() if url in str(event["description"])}
        assert named == ({"Noor Haddad", "Zoe Haddad"} if has_sibling else {"Noor Haddad"})


async def test_a_message_that_waits_to_be_sent_again_is_not_sent_with_a_dead_link(
    rows: Database, lesson: OpenClass
) -> None:
    now, key = datetime.now(UTC), f"again {lesson.id}"
    waiting = Notice(
        id=notice_id(key),
        organization_id=lesson.school.id,
        key=key,
        subject_kind=SubjectKind.SESSION,
        subject_id=lesson.id,
        kind=NoticeKind.CONFIRMATION,
        recipient_kind="guardian",
        recipient_id=UUID(lesson.guardians[0]),
        address="old@family.example",
        subject="Class booked",
        html="",
        text="the old link",
        send_after=now,
        deliver_by=now + HOUR,
        created_at=now,
    )
    async with rows.tenant(lesson.school.id) as db:
        await notices.prepare(db, [waiting])
    await _move_guardian(lesson)
    (mail,) = await lesson.notices(NoticeKind.CONFIRMATION)
    assert mail.state == DeliveryState.WITHDRAWN


async def test_links_of_a_class_that_is_over_are_not_renewed(lesson: OpenClass) -> None:
    await lesson.change(state=SessionState.REVIEW)
    for act, body in (("renew-link", {}), ("send-out", None)):
        problem_of(await lesson.act(Role.STUDENT, act, body), 409, "transition-refused")


async def test_a_key_renews_links_only_if_it_may_read_them(house: Campus, lesson: OpenClass) -> None:
    path = f"/v1/sessions/{lesson.id}/participants/{lesson.people[Role.STUDENT]}/renew-link"
    for scope in ("sessions:write", "links:read"):
        key = await lesson.school.post("/v1/keys", {"name": scope, "role": "ops", "scopes": [scope]})
        async with house.client(key["api_key"]) as narrow:
            problem_of(await narrow.post(path, json={}), 403, "not-allowed")
