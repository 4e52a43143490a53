"""Notices outside any session are sent or given up, and their sealed text is deleted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from activities.deliveries import DeliveryActivities
from domain.errors import NotFound, Unavailable
from domain.notices.kinds import AccountNoticeKind, DeliveryState
from domain.subjects import Subject, SubjectKind
from integrations.mail import SmtpMailer
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.repositories import notices, pages
from models.repositories.pages import PageRequest
from reports.contexts import RenderedMessage
from services.link_renewal import RenewedLinkMails
from services.outbox import Outbox
from services.sealed_content import SealedContent
from signing.links import LinkSigner
from signing.sealing import Sealer
from tests.activities.school_rows import SENDER, WORDS, SchoolRows, now, run
from tests.activities.worker_processes import worker_environ, worker_process
from tests.stack import DatabaseUrls, TestMail, TestTemporal
from wiring.temporal import connect
from workflows.client import DeliveryClient, delivery_workflow_id
from workflows.contracts.deliveries import DeliveryInput, DeliveryResult

pytestmark = pytest.mark.adapter

SECRET = "the-secret-of-the-link"
MESSAGE = RenderedMessage("Your link to sign in", f"<p>{SECRET}</p>", SECRET)
DOWN = SmtpMailer("smtp://127.0.0.1:1", SENDER)
MINUTE = timedelta(minutes=1)


async def write_notice(school: SchoolRows, **changes: Any) -> Notice:
    """A sign-in mail in the outbox."""
    guardian = school.people["Samira"]
    values: dict[str, Any] = {
        "id": uuid4(),
        "organization_id": school.id,
        "key": str(uuid4()),
        "subject_kind": SubjectKind.GUARDIAN,
        "subject_id": guardian,
        "kind": AccountNoticeKind.SIGN_IN,
        "recipient_kind": "guardian",
        "recipient_id": guardian,
        "address": school.address("Samira"),
        "subject": MESSAGE.subject,
        "html": "",
        "text": "",
        "sealed": WORDS.seal(MESSAGE),
        "send_after": now(),
        "deliver_by": now() + 15 * MINUTE,
        "created_at": now(),
    }
    row = Notice(**(values | changes))
    async with school.database.tenant(school.id) as db:
        await notices.prepare(db, [row])
    return row


async def deliver(
    school: SchoolRows, row: Notice, mailer: SmtpMailer, words: SealedContent = WORDS
) -> DeliveryState:
    return (await _run(school, row, mailer, words)).state


async def _run(
    school: SchoolRows,
    row: Notice,
    mailer: SmtpMailer,
    words: SealedContent = WORDS,
    *,
    give_up: bool = False,
) -> DeliveryResult:
    assert row.deliver_by
    links = LinkSigner(["a-secret-of-thirty-two-characters-or-more"], "https://school.example")
    activities = DeliveryActivities(
        Outbox(school.database, mailer, words), RenewedLinkMails(school.database, links, SENDER)
    )
    delivery = DeliveryInput(school.id, row.id, row.deliver_by)
    return await run(activities.give_up if give_up else activities.deliver, delivery)


async def stored(school: SchoolRows, row: Notice) -> Notice:
    async with school.database.tenant(school.id) as db:
        return await notices.get(db, row.id)


async def open_cases(school: SchoolRows) -> list[ExceptionCase]:
    async with school.database.tenant(school.id) as db:
        rows, _ = await pages.page(db, ExceptionCase, PageRequest("opened_at", 10))
    return rows


async def test_sealed_text_is_mailed_and_then_deleted(
    school: SchoolRows, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    row = await write_notice(school)
    assert SECRET not in row.sealed
    assert await deliver(school, row, mailer) == DeliveryState.SENT
    (mail,) = mail_sink.messages(row.address)
    assert SECRET in mail["html"]
    assert SECRET in mail["text"]
    sent = await stored(school, row)
    assert (sent.sealed, sent.html, sent.text, sent.attempts, sent.error) == ("", "", "", 1, "")


async def test_sent_notice_is_not_sent_again(
    school: SchoolRows, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    row = await write_notice(school)
    for _ in range(2):
        assert await deliver(school, row, mailer) == DeliveryState.SENT
    assert len(mail_sink.messages(row.address)) == 1


async def test_notice_waits_while_the_mail_server_is_down(school: SchoolRows, mailer: SmtpMailer) -> None:
    row = await write_notice(school)
    with pytest.raises(Unavailable):
        await deliver(school, row, DOWN)
    waiting = await stored(school, row)
    assert (waiting.state, waiting.attempts, waiting.error) == (DeliveryState.WAITING, 1, "unavailable")
    assert await deliver(school, row, mailer) == DeliveryState.SENT
    assert await open_cases(school) == []


async def test_expired_sign_in_link_is_withdrawn_and_its_text_deleted(
    school: SchoolRows, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    row = await write_notice(school, deliver_by=now() - MINUTE)
    assert await deliver(school, row, mailer) == DeliveryState.WITHDRAWN
    assert (await stored(school, row)).sealed == ""
    assert mail_sink.messages(row.address) == []
    assert await open_cases(school) == []


async def test_sign_in_link_not_sent_in_time_is_withdrawn(school: SchoolRows) -> None:
    row = await write_notice(school)
    assert (await _run(school, row, DOWN, give_up=True)).state == DeliveryState.WITHDRAWN
    assert (await stored(school, row)).sealed == ""


async def test_giving_up_a_sent_notice_changes_nothing(school: SchoolRows, mailer: SmtpMailer) -> None:
    row = await write_notice(school)
    await deliver(school, row, mailer)
    assert (await _run(school, row, DOWN, give_up=True)).state == DeliveryState.SENT


async def test_notice_sealed_with_a_removed_secret_is_withdrawn(
    school: SchoolRows, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    row = await write_notice(school)
    other_secret = SealedContent(Sealer(["another-secret-of-thirty-two-characters"], "notice"))
    assert await deliver(school, row, mailer, other_secret) == DeliveryState.WITHDRAWN
    assert mail_sink.messages(row.address) == []


async def test_refused_address_opens_one_case_a_day_about_the_person(
    school: SchoolRows, mailer: SmtpMailer
) -> None:
    for _ in range(2):
        row = await write_notice(school, address="no address")
        assert await deliver(school, row, mailer) == DeliveryState.FAILED
        assert (await stored(school, row)).sealed == ""
    (case,) = await open_cases(school)
    assert case.about == Subject(SubjectKind.GUARDIAN, school.people["Samira"])
    assert (case.kind, case.detail["code"]) == ("notice_undeliverable", "undeliverable")


async def test_invitation_not_sent_in_time_opens_a_case(school: SchoolRows) -> None:
    row = await write_notice(
        school, kind=AccountNoticeKind.INVITATION, sealed="", html="<p>Welcome</p>", text="Welcome"
    )
    assert (await _run(school, row, DOWN, give_up=True)).state == DeliveryState.FAILED
    (case,) = await open_cases(school)
    assert case.detail == {"notice_id": str(row.id), "code": "not-in-time"}


async def test_notice_of_another_organization_is_not_found(school: SchoolRows, mailer: SmtpMailer) -> None:
    stranger = SchoolRows(school.database)
    await stranger.open()
    row = await write_notice(stranger)
    with pytest.raises(NotFound):
        await _run(school, row, mailer)


async def test_delivery_of_a_killed_worker_is_completed_by_another(
    school: SchoolRows,
    temporal_server: TestTemporal,
    database_urls: DatabaseUrls,
    mail_sink: TestMail,
    tmp_path: Path,
) -> None:
    region = f"lost-{school.id}"
    row = await write_notice(school)
    assert row.deliver_by
    environ = worker_environ(region, temporal_server, database_urls)
    temporal = await connect(temporal_server.address, temporal_server.namespace)
    async with silent_mail_server() as (url, connected):
        with worker_process(environ | {"HOMEROOM_SMTP_URL": url}, tmp_path / "first.log", "notices") as first:
            await DeliveryClient(temporal, region).start(DeliveryInput(school.id, row.id, row.deliver_by))
            await asyncio.wait_for(connected.wait(), 60)
            first.kill()
    with worker_process(
        environ | {"HOMEROOM_SMTP_URL": mail_sink.smtp_url}, tmp_path / "second.log", "notices"
    ):
        await asyncio.wait_for(temporal.get_workflow_handle(delivery_workflow_id(row.id)).result(), 90)
    assert (await stored(school, row)).state == DeliveryState.SENT
    assert len(mail_sink.messages(row.address)) == 1


@asynccontextmanager
async def silent_mail_server() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A mail server that accepts connections and never answers: its URL, and an event set by the first connection."""
    connected = asyncio.Event()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", connected
    finally:
        server.close()
