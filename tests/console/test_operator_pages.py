"""The operator's pages: the token opens the creation of organizations and nothing else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from domain.errors import NotAuthenticated
from domain.people.sign_in import LIMITS, Attempt, Limit
from services.operator_access import OperatorAccess
from signing.sealing import Sealer
from tests.api.mailed import forget_attempts, sign_in
from tests.campus import ADMIN, Campus, School
from tests.console.forms import hidden
from tests.stack import TestMail

pytestmark = pytest.mark.adapter


@pytest.fixture
async def browser(campus: Campus) -> AsyncIterator[httpx.AsyncClient]:
    forget_attempts(campus)
    async with campus.browser() as client:
        yield client


@pytest.fixture
async def operator(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    answer = await browser.post("/operator/sign-in", data={"token": ADMIN})
    assert answer.status_code == 200
    assert answer.url.path == "/operator"
    return browser


def typed(**changes: str) -> dict[str, str]:
    return {
        "name": "Harbour Tutoring",
        "time_zone": "Europe/Berlin",
        "language": "es",
        "admin_name": "Ada Admin",
        "admin_email": f"{uuid4().hex[:12]}@harbour.example",
    } | changes


def members_at(campus: Campus, address: str) -> list[tuple[UUID, str, str, str]]:
    with psycopg.connect(campus.database.superuser) as connection:
        query = "select organization_id, role, time_zone, language from member where email = %s"
        return connection.execute(query, [address]).fetchall()


async def test_the_first_admin_of_a_new_organization_is_invited_and_signs_in(
    campus: Campus, operator: httpx.AsyncClient, mail_sink: TestMail
) -> None:
    form = await operator.get("/operator")
    new = typed(key=hidden(form, "key"))
    for _ in range(2):  # the button is pressed twice
        answer = await operator.post("/operator/organizations", data=new)
        assert answer.status_code == 200
        assert "Harbour Tutoring is created" in answer.text
    ((_, *values),) = members_at(campus, new["admin_email"])
    assert values == ["admin", "Europe/Berlin", "es"]
    async with campus.browser() as admin:
        today = await sign_in(admin, mail_sink, new["admin_email"])
    assert today.url.path == "/today"
    assert "First steps" in today.text
    subjects = [mail["subject"] for mail in mail_sink.messages(new["admin_email"])]
    assert sum("Harbour Tutoring" in subject for subject in subjects) >= 1


async def test_a_form_that_is_corrected_after_it_was_sent_says_that_nothing_new_was_made(
    campus: Campus, operator: httpx.AsyncClient
) -> None:
    first = typed(key=hidden(await operator.get("/operator"), "key"))
    await operator.post("/operator/organizations", data=first)
    corrected = typed(key=first["key"])
    answer = await operator.post("/operator/organizations", data=corrected)
    assert answer.status_code == 409
    assert "has created Harbour Tutoring already" in answer.text
    assert corrected["admin_email"] not in answer.text
    assert members_at(campus, corrected["admin_email"]) == []


async def test_wrong_values_are_shown_at_their_fields(operator: httpx.AsyncClient) -> None:
    form = await operator.get("/operator")
    new = typed(key=hidden(form, "key"), admin_email="nobody", name=" ")
    answer = await operator.post("/operator/organizations", data=new)
    assert answer.status_code == 422
    assert "Required." in answer.text
    assert 'id="field-admin_email-error"' in answer.text


async def test_a_wrong_token_is_refused(browser: httpx.AsyncClient) -> None:
    for token in ("", "wrong", ADMIN[:-1]):
        answer = await browser.post("/operator/sign-in", data={"token": token})
        assert answer.status_code == 403, token
        assert "This is not the operator" in answer.text
        assert not browser.cookies
    answer = await browser.post("/operator/organizations", data=typed(key=str(uuid4())))
    assert answer.url.path == "/operator"
    assert "token" in answer.text


async def test_wrong_tokens_lock_their_network_out(
    campus: Campus, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, Attempt.BAD_TOKEN_FROM_NETWORK, Limit(30, timedelta(minutes=15)))
    for _ in range(30):
        await browser.post("/operator/sign-in", data={"token": "wrong"})
    answer = await browser.post("/operator/sign-in", data={"token": ADMIN})
    assert answer.status_code == 429
    assert not browser.cookies
    forget_attempts(campus)


async def test_the_session_of_an_operator_opens_no_other_page(operator: httpx.AsyncClient) -> None:
    (cookie,) = operator.cookies.jar
    assert cookie.has_nonstandard_attr("HttpOnly")
    for path in ("/today", "/settings", "/people/members"):
        assert (await operator.get(path)).url.path == "/sign-in"
    assert (await operator.get("/v1/organization", headers={"accept": "*/*"})).status_code == 401
    await operator.post("/operator/sign-out")
    assert not operator.cookies


async def test_the_key_of_a_form_reaches_no_organization_there_is(
    campus: Campus, operator: httpx.AsyncClient, harbour: School
) -> None:
    new = typed(key=str(harbour.id))
    await operator.post("/operator/organizations", data=new)
    ((made, *_),) = members_at(campus, new["admin_email"])
    assert made != harbour.id


async def test_forms_of_other_sites_are_refused(operator: httpx.AsyncClient) -> None:
    for path in ("sign-in", "organizations"):
        answer = await operator.post(
            f"/operator/{path}", data=typed(), headers={"origin": "https://evil.example"}
        )
        assert answer.status_code == 403


def test_a_session_ends_with_the_token_that_opened_it() -> None:
    sealer = Sealer(["a-secret-of-thirty-two-characters-or-more"], "operator session")
    cookie = OperatorAccess("old", sealer).sign_in("old")
    assert OperatorAccess("old", sealer).session_of(cookie)
    for access, value in ((OperatorAccess("new", sealer), cookie), (OperatorAccess("old", sealer), "x")):
        with pytest.raises(NotAuthenticated):
            access.session_of(value)
