"""New staff members are invited by email, whether added through the API or the console."""

import asyncio
from html import unescape
from uuid import uuid4

import pytest

from tests.api.mailed import sign_in
from tests.campus import PATIENCE, Campus, Json, School, problem_of
from tests.console.forms import hidden
from tests.links import open_link
from tests.stack import TestMail

pytestmark = pytest.mark.adapter


def new_address() -> str:
    return f"{uuid4().hex[:12]}@harbour.example"


async def invitation_to(school: School, address: str) -> Json:
    """Waits for the invitation to be sent; returns its notice."""
    async with asyncio.timeout(PATIENCE):
        while True:
            sent: list[Json] = (await school.get(f"/v1/notices?kind=invitation&state=sent&q={address}"))[
                "items"
            ]
            if sent:
                (invitation,) = sent
                return invitation
            await asyncio.sleep(0.05)


async def test_a_member_added_by_the_api_is_invited_to_sign_in(
    campus: Campus, harbour: School, mail_sink: TestMail
) -> None:
    address = new_address()
    member = {"name": "Olu Adeyemi", "email": address, "role": "ops"}
    made = await harbour.post("/v1/members", member)
    invitation = await invitation_to(harbour, address)
    assert (invitation["subject_kind"], invitation["subject_id"]) == ("member", made["id"])
    (mail,) = mail_sink.messages(address)
    assert mail["subject"] == "Join Harbour Tutoring on Homeroom"
    assert "You have been added to the staff of Harbour Tutoring" in mail["text"]
    assert f"{campus.url}/sign-in" in mail["text"].split()
    assert "token" not in mail["html"] + mail["text"], "the email alone does not sign anyone in"
    async with campus.browser() as browser:
        assert (await sign_in(browser, mail_sink, address)).url.path == "/today"


async def test_an_invitation_from_the_console_names_who_sent_it(
    campus: Campus, harbour: School, mail_sink: TestMail
) -> None:
    admin = {"name": "Ada Admin", "email": new_address(), "role": "admin", "language": "es"}
    await harbour.post("/v1/members", admin)
    address = new_address()
    async with campus.browser() as browser:
        await sign_in(browser, mail_sink, admin["email"])
        form = await browser.get("/people/members/new")
        body = {"key": hidden(form, "key"), "name": "Olu", "email": address, "role": "ops"}
        for _ in range(2):  # the button is pressed twice
            await browser.post("/people/members/new", data=body | {"language": "en", "time_zone": "UTC"})
    await invitation_to(harbour, address)
    (mail,) = mail_sink.messages(address)
    assert "Ada Admin added you to the staff of Harbour Tutoring" in mail["text"]
    (own,) = [m for m in mail_sink.messages(admin["email"]) if m["subject"].startswith("Únete a")]
    assert "Te han añadido al personal" in own["text"]


async def test_a_repeated_request_sends_one_invitation(harbour: School, mail_sink: TestMail) -> None:
    address = new_address()
    member = {"name": "Olu Adeyemi", "email": address, "role": "ops"}
    for _ in range(2):
        answer = await harbour.api.post("/v1/members", json=member, headers={"Idempotency-Key": address})
        assert answer.status_code == 201
    await invitation_to(harbour, address)
    assert len(mail_sink.messages(address)) == 1


async def test_an_invitation_can_be_sent_again_until_the_member_has_signed_in(
    campus: Campus, harbour: School, mail_sink: TestMail
) -> None:
    address = new_address()
    made = await harbour.post("/v1/members", {"name": "Olu Adeyemi", "email": address, "role": "ops"})
    assert made["first_signed_in_at"] is None
    first = await invitation_to(harbour, address)
    (again, same) = [await harbour.post(f"/v1/members/{made['id']}/invite") for _ in range(2)]
    assert again["notice_id"] == same["notice_id"] != first["id"]
    await asyncio.to_thread(mail_sink.wait_for, address, count=2)
    page = f"/people/members/{made['id']}"
    async with campus.browser() as admin:
        await open_link(admin, campus.console_url(harbour.id))
        assert "Olu Adeyemi hasn't signed in yet." in unescape((await admin.get(page)).text)
        assert ">invited<" in (await admin.get("/people/members")).text
        shown = await admin.post(f"{page}/invite")
        assert shown.url.path == page
        async with campus.browser() as browser:
            await sign_in(browser, mail_sink, address)
        assert "Signed in for the first time" in (await admin.get(page)).text
        assert ">invited<" not in (await admin.get("/people/members")).text
    assert (await harbour.get(f"/v1/members/{made['id']}"))["first_signed_in_at"] is not None


async def test_a_retired_member_is_not_invited_again(harbour: School) -> None:
    made = await harbour.post("/v1/members", {"name": "Olu", "email": new_address(), "role": "ops"})
    await harbour.api.delete(f"/v1/members/{made['id']}")
    answer = await harbour.api.post(f"/v1/members/{made['id']}/invite")
    problem_of(answer, 409, "transition-refused")
    problem_of(await harbour.api.post(f"/v1/members/{uuid4()}/invite"), 404, "not-found")


async def test_families_and_instructors_are_not_invited(harbour: School) -> None:
    """Families and instructors get their links in the notices of their classes."""
    assert (await harbour.get("/v1/notices?kind=invitation"))["items"] == []
