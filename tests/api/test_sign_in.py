"""Signing in by emailed link, with a real database and a real mail server."""

import asyncio
import dataclasses
import re
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import psycopg
import pytest

from api.http.authentication import cookie_name
from domain.errors import Unavailable
from domain.people.sign_in import LIMITS, Attempt, Limit
from integrations.mail import Mail, SmtpMailer
from services.housekeeping import Housekeeper
from services.sign_in_links import SignInLinks
from tests.api.mailed import forget_attempts, links_in_mail, press, request_link, sign_in, sign_in_mails
from tests.campus import PATIENCE, Campus, Json, School, problem_of, school
from tests.links import open_link
from tests.stack import TestMail
from wiring.temporal import connect
from workflows.client import DeliveryClient

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(campus: Campus) -> AsyncIterator[School]:
    async with school(campus) as school_:
        yield school_


@pytest.fixture(autouse=True)
def _fresh(campus: Campus) -> None:
    forget_attempts(campus)


@pytest.fixture
async def browser(campus: Campus) -> AsyncIterator[httpx.AsyncClient]:
    async with campus.browser() as client:
        yield client


async def member(opened: School, role: str = "ops") -> str:
    """The address of a new member of staff."""
    address = f"{uuid4().hex[:12]}@harbour.example"
    await opened.post("/v1/members", {"name": f"A member, {role}", "email": address, "role": role})
    return address


def cookie_of(campus: Campus, browser: httpx.AsyncClient) -> str | None:
    cookie: str | None = browser.cookies.get(cookie_name(campus.app.state.homeroom))
    return cookie


@pytest.mark.parametrize(("role", "home"), [("ops", "/today"), ("admin", "/today")])
async def test_staff_land_on_the_board(
    browser: httpx.AsyncClient, mail_sink: TestMail, opened: School, role: str, home: str
) -> None:
    answer = await sign_in(browser, mail_sink, await member(opened, role))
    assert answer.status_code == 200
    assert answer.url.path == home


async def test_instructors_and_guardians_land_on_their_own_pages(
    campus: Campus, mail_sink: TestMail, opened: School
) -> None:
    for address, home in (
        (f"ada.{opened.id}@harbour.example", "/teaching"),
        (f"guardian0.{opened.id}@family.example", "/family"),
    ):
        async with campus.browser() as browser:
            answer = await sign_in(browser, mail_sink, address)
            assert answer.status_code == 200, answer.text
            assert answer.url.path == home


async def test_the_address_may_be_written_in_any_case(
    browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address = await member(opened)
    await request_link(browser, address.upper())
    assert len(await links_in_mail(mail_sink, address.upper())) == 1


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    known, unknown = await member(opened), f"{uuid4().hex[:12]}@harbour.example"
    answers = [await request_link(browser, address) for address in (known, unknown)]
    texts = [
        answer.text.replace(address, "…") for answer, address in zip(answers, (known, unknown), strict=True)
    ]
    assert texts[0] == texts[1]
    assert answers[0].status_code == answers[1].status_code == 200
    assert set(answers[0].headers) == set(answers[1].headers)
    await links_in_mail(mail_sink, known)
    await campus.app.state.homeroom.sign_in_links.send(unknown, None, datetime.now(UTC))
    assert mail_sink.messages(unknown) == []


async def test_the_answer_does_not_wait_for_the_mail(
    browser: httpx.AsyncClient, opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The response time must not reveal whether the address is known."""
    go_on, sent = asyncio.Event(), asyncio.Event()

    async def slow(*_: object) -> None:
        await go_on.wait()
        sent.set()

    monkeypatch.setattr(SignInLinks, "send", slow)
    answer = await request_link(browser, await member(opened))
    assert answer.status_code == 200
    assert not sent.is_set()
    go_on.set()
    await sent.wait()


async def test_opening_the_link_does_not_use_it_up(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address = await member(opened)
    await request_link(browser, address)
    (link,) = await links_in_mail(mail_sink, address)
    async with campus.browser() as scanner:
        for _ in range(3):
            assert (await scanner.get(link)).status_code == 200
            assert (await scanner.head(link)).status_code in (200, 405)
        assert cookie_of(campus, scanner) is None
    assert (await press(browser, link)).url.path == "/today"


async def test_a_link_works_once(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address = await member(opened)
    await request_link(browser, address)
    (link,) = await links_in_mail(mail_sink, address)
    assert (await press(browser, link)).url.path == "/today"
    async with campus.browser() as thief:
        answer = await press(thief, link)
        assert answer.status_code == 403
        assert "This link has already been used" in answer.text
        assert "Sign out everywhere" in answer.text
        assert cookie_of(campus, thief) is None


async def test_only_one_of_concurrent_uses_of_a_link_succeeds(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address = await member(opened)
    await request_link(browser, address)
    (link,) = await links_in_mail(mail_sink, address)
    async with campus.browser() as one, campus.browser() as other:
        answers = await asyncio.gather(press(one, link), press(other, link))
    assert sorted(answer.status_code for answer in answers) == [200, 403]


async def test_an_expired_link_is_refused(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address = await member(opened)
    await request_link(browser, address)
    (link,) = await links_in_mail(mail_sink, address)
    with psycopg.connect(campus.database.superuser) as connection:
        connection.execute("update sign_in_link set expires_at = now() where used_at is null")
    answer = await press(browser, link)
    assert answer.status_code == 403
    assert "expired" in answer.text
    assert cookie_of(campus, browser) is None


async def test_a_made_up_token_is_refused(campus: Campus, browser: httpx.AsyncClient) -> None:
    for token in ("", "nonsense", "x" * 5000, "\x00", "é"):
        answer = await browser.post("/sign-in/link", data={"token": token})
        assert answer.status_code == 403, token
        assert "not valid" in answer.text
    assert cookie_of(campus, browser) is None


async def test_a_link_of_a_retired_person_is_refused(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address = f"{uuid4().hex[:12]}@harbour.example"
    made = await opened.post("/v1/instructors", {"name": "Alan", "email": address})
    await request_link(browser, address)
    (link,) = await links_in_mail(mail_sink, address)
    await opened.api.delete(f"/v1/instructors/{made['id']}")
    answer = await press(browser, link)
    assert answer.status_code == 403
    assert cookie_of(campus, browser) is None


async def test_the_mail_has_one_link_per_role_and_organization(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address = await member(opened)
    await opened.post("/v1/guardians", {"name": "Also a parent", "email": address})
    async with school(campus, "Elsewhere {}") as elsewhere:
        await elsewhere.post("/v1/instructors", {"name": "Also a teacher", "email": address})
        await request_link(browser, address)
        links = await links_in_mail(mail_sink, address)
        assert len(links) == 3
        homes = []
        for link in links:
            async with campus.browser() as one:
                homes.append((await press(one, link)).url.path)
        assert sorted(homes) == ["/family", "/teaching", "/today"]
    (message,) = sign_in_mails(mail_sink, address)
    assert "Sign in to Harbour Tutoring as guardian" in message["text"]
    assert "Sign in to Harbour Tutoring as staff" in message["text"]
    assert re.search(r"Sign in to Elsewhere Harbour Tutoring:\s", message["text"])


async def test_the_mail_is_in_the_readers_language(
    browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address = f"{uuid4().hex[:12]}@familia.example"
    await opened.post("/v1/guardians", {"name": "Lucía", "email": address, "language": "es"})
    await request_link(browser, address)
    await links_in_mail(mail_sink, address)
    (message,) = sign_in_mails(mail_sink, address)
    assert message["subject"] == "Tu enlace para iniciar sesión"
    assert "Funciona una sola vez y caduca en 15 minutos" in message["text"]


async def test_signing_in_returns_to_the_requested_page(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    redirected = await browser.get("/today?state=live")
    assert redirected.url.path == "/sign-in"
    assert redirected.url.params["next"] == "/today?state=live"
    address = await member(opened)
    answer = await sign_in(browser, mail_sink, address, "/today?state=live")
    assert answer.url.path == "/today"
    assert answer.url.query == b"state=live"
    assert (await browser.get("/sign-in")).url.path == "/today"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "today",
        "/sign-in/with/x",
    ],
)
async def test_the_next_page_is_never_another_site(
    browser: httpx.AsyncClient, mail_sink: TestMail, opened: School, elsewhere: str
) -> None:
    address = await member(opened)
    await request_link(browser, address, elsewhere)
    (link,) = await links_in_mail(mail_sink, address)
    assert "next" not in parse_qs(urlsplit(link).query)
    form = {"token": parse_qs(urlsplit(link).query)["token"][0], "next": elsewhere}
    assert (await browser.post("/sign-in/link", data=form)).url.path == "/today"


async def test_programs_get_a_problem_instead_of_the_sign_in_page(campus: Campus) -> None:
    async with campus.client() as program:
        for path in ("/teaching", "/family", "/account", "/today", "/v1/family"):
            problem_of(await program.get(path), 401, "not-authenticated")


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a b@c.example", "<a@b.example>", "a" * 300])
async def test_malformed_addresses_are_refused(browser: httpx.AsyncClient, address: str) -> None:
    answer = await request_link(browser, address)
    assert answer.status_code == 422
    assert "Enter an email address" in answer.text


async def test_forms_from_another_site_are_refused(campus: Campus) -> None:
    async with campus.client() as elsewhere:
        for path in ("/sign-in", "/sign-in/link", "/sign-out"):
            answer = await elsewhere.post(path, headers={"Origin": "https://evil.example"})
            problem_of(answer, 403, "not-allowed")


async def test_mails_to_one_address_are_limited(
    browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    """An unknown address is limited too, so that the limit does not reveal which addresses exist."""
    limit = LIMITS[Attempt.LINK_TO_ADDRESS_FROM_NETWORK].count
    for address in (await member(opened), f"{uuid4().hex}@harbour.example"):
        for _ in range(limit):
            assert (await request_link(browser, address)).status_code == 200
        answer = await request_link(browser, address)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
        assert "Wait 15 min" in answer.text
        assert (await request_link(browser, address.upper())).status_code == 429


async def test_requests_from_one_network_are_limited(
    campus: Campus, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 30
    monkeypatch.setitem(LIMITS, Attempt.LINK_FROM_NETWORK, Limit(limit, timedelta(minutes=15)))
    answers = await asyncio.gather(
        *(request_link(browser, f"{uuid4().hex}@harbour.example") for _ in range(limit + 3))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * limit + [429] * 3
    forget_attempts(campus)
    assert (await request_link(browser, "somebody@harbour.example")).status_code == 200


async def test_ways_to_identity_providers_are_limited(
    campus: Campus, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 3
    monkeypatch.setitem(LIMITS, Attempt.PROVIDER_FROM_NETWORK, Limit(limit, timedelta(minutes=15)))
    answers = [await browser.get(f"/sign-in/with/{uuid4()}") for _ in range(limit + 1)]
    assert all(answer.status_code < 429 for answer in answers[:-1])
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    forget_attempts(campus)


async def test_guessing_tokens_locks_the_network_out(
    browser: httpx.AsyncClient, mail_sink: TestMail, opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await member(opened)
    await request_link(browser, address)
    (link,) = await links_in_mail(mail_sink, address)
    limit = 30
    monkeypatch.setitem(LIMITS, Attempt.BAD_TOKEN_FROM_NETWORK, Limit(limit, timedelta(minutes=15)))
    for _ in range(limit):
        assert (await browser.post("/sign-in/link", data={"token": uuid4().hex})).status_code == 403
    answer = await press(browser, link)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_attempts_are_stored_as_hashes(campus: Campus, browser: httpx.AsyncClient) -> None:
    await request_link(browser, "somebody@harbour.example")
    with psycopg.connect(campus.database.superuser) as connection:
        rows = connection.execute("select about from sign_in_attempt").fetchall()
    assert len(rows) == 3
    assert all(re.fullmatch("[0-9a-f]{64}", about) for (about,) in rows)


async def test_signing_out_ends_the_session(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    await sign_in(browser, mail_sink, await member(opened))
    cookie = cookie_of(campus, browser)
    answer = await browser.post("/sign-out")
    assert answer.url.path == "/sign-in"
    assert "You are signed out." in answer.text
    assert cookie_of(campus, browser) is None
    async with campus.browser() as thief:
        thief.cookies.set(cookie_name(campus.app.state.homeroom), cookie or "")
        assert (await thief.get("/today")).url.path == "/sign-in"


async def test_signing_out_everywhere_ends_all_sessions(
    campus: Campus, browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address, other_address = await member(opened), await member(opened)
    async with campus.browser() as phone, campus.browser() as colleague:
        await sign_in(browser, mail_sink, address)
        await sign_in(phone, mail_sink, address)
        await sign_in(colleague, mail_sink, other_address)
        assert (await browser.get("/account")).text.count("Email link") == 2
        answer = await browser.post("/sign-out", data={"everywhere": "true"})
        assert "signed out everywhere" in answer.text
        assert (await phone.get("/today")).url.path == "/sign-in"
        assert (await colleague.get("/today")).url.path == "/today"


async def test_signing_in_and_out_is_in_the_audit_log(
    browser: httpx.AsyncClient, mail_sink: TestMail, opened: School
) -> None:
    address = await member(opened)
    await sign_in(browser, mail_sink, address)
    (me,) = (await opened.get(f"/v1/members?email={address}"))["items"]
    (begun,) = await _audit_entries(opened, me["id"])
    assert begun["kind"] == "sign_in.created"
    assert begun["changes"]["method"] == [None, "mail"]
    assert "token_hash" not in begun["changes"]
    await browser.post("/sign-out")
    assert [entry["kind"] for entry in await _audit_entries(opened, me["id"])] == [
        "sign_in.ended",
        "sign_in.created",
    ]


async def _audit_entries(opened: School, member_id: str) -> list[Json]:
    entries: list[Json] = (await opened.get(f"/v1/audit?actor=member:{member_id}"))["items"]
    return entries


async def test_failures_are_logged_without_addresses(
    browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    token = uuid4().hex
    await browser.post("/sign-in/link", data={"token": token})
    for _ in range(LIMITS[Attempt.LINK_TO_ADDRESS_FROM_NETWORK].count + 1):
        await request_link(browser, "somebody@harbour.example")
    logged = [record for record in caplog.records if record.message.startswith("sign-in")]
    assert {record.message for record in logged} == {"sign-in refused", "sign-in locked"}
    assert all("somebody" not in str(vars(record)) and token not in str(vars(record)) for record in logged)


async def test_an_unavailable_mail_server_is_noted_and_not_shown(
    campus: Campus, browser: httpx.AsyncClient, opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notice waits with the error noted; the page is the same as ever."""
    monkeypatch.setattr(SmtpMailer, "send", _not_answering)
    address = await member(opened)
    answer = await request_link(browser, address)
    assert answer.status_code == 200
    message = await _sign_in_notice(opened, address, lambda notice: notice["attempts"] > 0)
    assert (message["state"], message["error"]) == ("waiting", "unavailable")


async def _not_answering(*_: object, **__: object) -> None:
    raise Unavailable("the mail server does not answer")


async def _sign_in_notice(
    opened: School, address: str, condition: Callable[[Json], bool] = lambda _: True
) -> Json:
    """Waits until the address's sign-in notice exists and meets the condition; returns it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            notices: list[Json] = (await opened.get(f"/v1/notices?kind=sign_in&q={address}"))["items"]
            if notices and condition(notices[0]):
                return notices[0]
            await asyncio.sleep(0.05)


async def test_the_mail_is_sent_once_the_mail_server_is_back(
    browser: httpx.AsyncClient, mail_sink: TestMail, opened: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, tries = SmtpMailer.send, list[str]()

    address = await member(opened)

    async def failing_twice(self: SmtpMailer, mail: Mail) -> None:
        if mail.to != address or mail.subject != "Your sign-in link":
            return
        tries.append(mail.message_id)
        if len(tries) < 3:
            raise Unavailable("the mail server does not answer")
        await send(self, mail)

    monkeypatch.setattr(SmtpMailer, "send", failing_twice)
    await request_link(browser, address)
    assert len(await links_in_mail(mail_sink, address)) == 1
    assert len(set(tries)) == 1, "one message to the reader's mail program"
    assert (await _sign_in_notice(opened, address, lambda notice: notice["state"] == "sent"))["attempts"] == 3


async def test_housekeeping_delivers_a_mail_whose_delivery_never_started(
    campus: Campus, mail_sink: TestMail, opened: School
) -> None:
    """Temporal is unreachable while the link is requested, and comes back later."""
    shared = campus.app.state.homeroom
    unreachable = await connect("127.0.0.1:1", "default", lazy=True)
    without_temporal = dataclasses.replace(
        shared, deliveries=DeliveryClient(unreachable, shared.settings.region)
    )
    address = await member(opened)
    await without_temporal.sign_in_links.send(address, None, datetime.now(UTC))
    assert (await _sign_in_notice(opened, address))["state"] == "waiting"
    await Housekeeper(shared.database, shared.deliveries, shared.settings.region).start_deliveries()
    assert len(await links_in_mail(mail_sink, address)) == 1
    await _sign_in_notice(opened, address, lambda notice: notice["state"] == "sent")


@pytest.mark.parametrize("delivered", [True, False])
async def test_the_outbox_does_not_reveal_sign_in_links(
    campus: Campus,
    browser: httpx.AsyncClient,
    mail_sink: TestMail,
    opened: School,
    delivered: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The token and other organizations are absent from API, console, exports and change log."""
    tokens, make = list[str](), secrets.token_urlsafe

    def noting(size: int | None = None) -> str:
        tokens.append(make(size))
        return tokens[-1]

    monkeypatch.setattr(secrets, "token_urlsafe", noting)
    if not delivered:
        monkeypatch.setattr(SmtpMailer, "send", _not_answering)
    address = await member(opened)
    async with school(campus, "Zebra {}") as elsewhere:
        await elsewhere.post("/v1/members", {"name": "The same", "email": address, "role": "ops"})
        await request_link(browser, address)
        if delivered:
            assert len(await links_in_mail(mail_sink, address)) == 2
        message = await _sign_in_notice(opened, address, lambda notice: notice["attempts"] > 0)
        assert (await elsewhere.get("/v1/notices?kind=sign_in"))["items"] == [], (
            "it belongs to one organization only"
        )
    assert len(tokens) >= 2
    async with campus.browser() as console:
        await open_link(console, campus.console_url(opened.id))
        page = await console.get(f"/outbox/{message['id']}")
        mail = await console.get(f"/outbox/{message['id']}/mail")
        audit = await console.get(f"/settings/audit?subject_id={message['id']}")
    assert "Not shown, because it contains a sign-in link." in page.text
    read = [
        page.text,
        mail.text,
        audit.text,
        (await opened.api.get("/v1/notices?kind=sign_in")).text,
        (await opened.api.get(f"/v1/notices/{message['id']}")).text,
        (await opened.api.get(f"/v1/audit?subject_id={message['id']}")).text,
        (await opened.api.get("/v1/exports/notices.csv")).text,
        _logged(campus, message["id"]),
    ]
    assert all(message["id"] in text for text in read[3:]), "each text is about this message"
    for text in read:
        assert "Zebra" not in text
        assert "sealed" not in text
        for token in tokens:
            assert token not in text
    assert _stored(campus, message["id"]) == ("", "", not delivered)


def _logged(campus: Campus, notice_id: str) -> str:
    with psycopg.connect(campus.database.superuser) as connection:
        query = "select jsonb_agg(to_jsonb(c)) from change_log as c where subject_id = %s"
        row = connection.execute(query, [notice_id]).fetchone()
    return str(row)


def _stored(campus: Campus, notice_id: str) -> tuple[str, str, bool]:
    """The notice's plain HTML and text, and whether it has an encrypted body."""
    with psycopg.connect(campus.database.superuser) as connection:
        query = "select html, text, sealed <> '' from notice where id = %s"
        row = connection.execute(query, [notice_id]).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


async def test_the_cookie_is_not_readable_by_scripts(
    campus: Campus, mail_sink: TestMail, opened: School
) -> None:
    address = await member(opened)
    async with campus.browser() as browser:
        await request_link(browser, address)
        (link,) = await links_in_mail(mail_sink, address)
        browser.follow_redirects = False
        answer = await press(browser, link)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert timedelta(seconds=int(re.search(r"max-age=(\d+)", cookie)[1])) == timedelta(hours=12)  # type: ignore[index]
