"""Notices of a class reach the right readers exactly once, whatever the mail server does."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import Envelope
from sqlmodel import col

from activities.notices import NoticeActivities
from activities.sessions import SessionActivities
from domain.cases.kinds import ExceptionKind, Owner
from domain.errors import MailboxBusy, NotFound, TransitionRefused, Unavailable
from domain.notices.kinds import NoticeKind
from domain.people.roles import Role
from domain.record.documentation import CheckOutcome, DocumentationStatus, Section
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step
from drafting.extractive import ExtractiveEngine
from integrations.mail import SmtpMailer
from models.documentation import Documentation
from models.notice import WITHDRAWN, Notice
from models.organization import Organization
from models.people import Guardian, Student
from reports.moments import moment
from services.drafts import Drafts
from services.inputs.people import GuardianChange
from services.notices import ClassNotices
from services.outbox import Outbox
from services.resources.catalogue import GUARDIANS
from tests.activities.school_rows import (
    LINKS,
    NOTICES,
    SENDER,
    WORDS,
    SchoolRows,
    now,
    quiet_now,
    run,
    step,
    told,
)
from tests.integrations.smtp_servers import mail_server
from tests.links import token_of
from tests.stack import TestMail
from workflows.contracts.common import SessionRef
from workflows.contracts.notices import NoticeInput
from workflows.contracts.sessions import CancelInput

pytestmark = pytest.mark.adapter

N = NoticeKind
CLASS_READERS = {"Ada", "Samira", "Elena"}


def readers_with_mail(school: SchoolRows, sink: TestMail) -> list[str]:
    """The names of readers, once for each mail they got."""
    everybody = ("Ada", "Samira", "Elena", "Hana")
    return [name for name in everybody for _ in sink.messages(school.address(name))]


def mail_to(school: SchoolRows, sink: TestMail, name: str) -> dict[str, Any]:
    (mail,) = sink.messages(school.address(name))
    return mail


def join_links(mail: dict[str, Any]) -> list[str]:
    """Those behind the buttons of a mail; its text has their short forms."""
    hrefs = re.findall(r'href="([^"]+/join/[^"]+)"', mail["html"])
    return list(dict.fromkeys(unescape(href) for href in hrefs))


class CountingMailer(SmtpMailer):
    """The real mailer; calls `then` after its first mail."""

    def __init__(self, url: str, then: Any) -> None:
        super().__init__(url, SENDER)
        self._then = then
        self.sent = 0

    async def send(self, *args: Any, **kwargs: Any) -> None:
        await super().send(*args, **kwargs)
        self.sent += 1
        if self.sent == 1:
            self._then()


async def test_confirmation_goes_to_everybody_of_the_class_and_nobody_else(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    result = await school.send(N.CONFIRMATION, mailer)

    assert (result.prepared, result.sent, result.undeliverable, result.held) == (3, 3, 0, 0)
    assert set(readers_with_mail(school, mail_sink)) == CLASS_READERS
    assert mail_to(school, mail_sink, "Elena")["subject"].startswith("Clase reservada: Adding fractions")
    assert await school.outcome(Step.CONFIRMATION) == Outcome.DONE


async def test_join_links_are_for_the_readers_own_children_in_this_class(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    await school.send(N.REMINDER, mailer)

    people = await school.participants()
    for reader, own in {"Samira": {"Noor", "Leo"}, "Elena": {"Leo"}, "Ada": {"Ada"}}.items():
        mail = mail_to(school, mail_sink, reader)
        links = [LINKS.read_join(token_of(url), school.session.session_id, now()) for url in join_links(mail)]
        assert {link.participant_id for link in links} == {people[name].id for name in own}
        assert {link.role for link in links} == ({Role.INSTRUCTOR} if reader == "Ada" else {Role.STUDENT})
        assert "/join/" not in mail["text"]
        codes = re.findall(r"https://school.example/j/(\w{3}-\w{4}-\w{3})\b", mail["text"])
        (hashes,) = zip(*(LINKS.codes.hashes(code.replace("-", "")) for code in codes), strict=True)
        assert set(hashes) == {people[name].join_code_hash for name in own}, "to read out or to type"


async def test_mails_come_from_the_school_and_answers_go_to_it(school: SchoolRows) -> None:
    name, office = "=?utf-8?q?x=0d=0aBcc=3a_spy=40evil.example?= École", "office@school.example"
    async with mail_server() as server:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        await school.change(Organization, col(Organization.id) == school.id, name=name, contact_email=office)
        await school.send(N.CONFIRMATION, mailer)
        await school.change_session(moves=1)
        await school.send(N.RESCHEDULED, mailer, "move-1")
        await school.send(N.CANCELLED, mailer)

    mails = [message_from_bytes(content(mail)) for mail in server.accepted]
    assert len(mails) == 9
    for mail in mails:
        assert mail["Bcc"] is None
        for header, address in (("From", "classes@harbour.example"), ("Reply-To", office)):
            display, found = parseaddr(str(mail[header]))
            assert (str(make_header(decode_header(display))), found) == (name, address)
    entries = [
        _decoded(part.get_payload(decode=True))
        for mail in mails
        for part in mail.walk()
        if part.get_content_type() == "text/calendar"
    ]
    methods = [part.get_param("method") for mail in mails for part in mail.walk() if part.get_param("method")]
    assert methods == ["REQUEST"] * 6 + ["CANCEL"] * 3
    assert [re.findall(r"SEQUENCE:(\d)", entry) for entry in entries] == [["0"]] * 3 + [["1"]] * 3 + [
        ["2"]
    ] * 3
    assert {uid for entry in entries for uid in re.findall(r"UID:(.*)\r", entry)} == {
        f"{school.session.session_id}@homeroom"
    }


async def test_who_unsubscribed_gets_no_reminder_but_hears_of_every_change(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    elena = col(Guardian.id) == school.people["Elena"]
    await school.change(Guardian, elena, unsubscribed=["reminder"])
    await school.send(N.REMINDER, mailer)
    assert set(readers_with_mail(school, mail_sink)) == CLASS_READERS - {"Elena"}
    mail = mail_to(school, mail_sink, "Samira")
    url = mail["headers"]["List-Unsubscribe"].strip("<>")
    assert url in mail["text"]
    link = LINKS.read_unsubscribe(token_of(url), now())
    assert (link.person_id, link.kind) == (school.people["Samira"], N.REMINDER)

    await school.send(N.RESCHEDULED, mailer, "move-1")
    await school.send(N.CANCELLED, mailer)
    kinds = [mail["headers"].get("List-Unsubscribe") for mail in mail_sink.messages(school.address("Elena"))]
    assert kinds == [None, None]


async def test_a_student_with_an_address_gets_mails_with_their_own_link(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    leo = f"leo-{school.id}@home.example"
    own = col(Student.id) == school.people["Leo"]
    await school.change(Student, own, email=leo, email_basis="adult", language="fr", unsubscribed=["summary"])
    await school.send(N.CONFIRMATION, mailer)

    (mail,) = mail_sink.messages(leo)
    assert mail["subject"].startswith("Cours réservé")
    (url,) = join_links(mail)
    link = LINKS.read_join(token_of(url), school.session.session_id, now())
    assert link.participant_id == (await school.participants())["Leo"].id
    assert "/family" not in mail["text"]
    assert "Noor" not in mail["text"]


async def test_a_student_who_shares_a_guardians_address_gets_no_second_mail(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    shared = school.address("Elena")
    own = col(Student.id) == school.people["Leo"]
    await school.change(Student, own, email=shared, email_basis="guardian_consent")
    await school.send(N.CONFIRMATION, mailer)
    assert len(mail_sink.messages(shared)) == 1


async def test_reminder_that_waits_is_withdrawn_by_an_unsubscribe(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    samira = col(Guardian.id) == school.people["Samira"]
    await school.change(Guardian, samira, **quiet_now())
    assert (await school.send(N.REMINDER, mailer)).held == 1
    await school.change(Guardian, samira, unsubscribed=["reminder"])
    assert (await school.send(N.REMINDER, mailer)).held == 0
    (row,) = [row for row in await school.outbox() if row.recipient_id == school.people["Samira"]]
    assert row.error == WITHDRAWN


def _decoded(payload: object) -> str:
    assert isinstance(payload, bytes)
    return payload.decode()


def content(mail: Envelope) -> bytes:
    assert isinstance(mail.original_content, bytes)
    return mail.original_content


@pytest.mark.parametrize("kind", [N.BRIEFING, N.REVIEW_REQUEST])
async def test_briefing_and_review_request_go_only_to_the_instructor(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer, kind: NoticeKind
) -> None:
    await school.send(kind, mailer)

    assert readers_with_mail(school, mail_sink) == ["Ada"]


async def test_a_moved_class_names_the_start_that_each_reader_was_told_before(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    samira = col(Guardian.id) == school.people["Samira"]
    await school.change(Guardian, samira, **quiet_now())
    await school.send(N.CONFIRMATION, mailer)
    await school.change(Guardian, samira, quiet_from=None, quiet_until=None)
    starts = [school.starts_at + timedelta(days=day) for day in range(3)]
    for number in (1, 2):
        await school.change_session(starts_at=starts[number], ends_at=starts[number] + timedelta(hours=1))
        await school.send(N.RESCHEDULED, mailer, f"move-{number}")

    def previous(reader: str, word: str) -> set[str]:
        texts = [mail["text"] for mail in mail_sink.messages(school.address(reader))]
        return {shown.strip() for text in texts for shown in re.findall(f"{word}: (.*)", text)}

    assert previous("Elena", "Antes") == {
        moment(start, "es", "Europe/Madrid", now=now()) for start in starts[:2]
    }
    assert previous("Samira", "Previously") == {moment(starts[1], "en", "UTC", now=now())}, (
        "the first start was never told to her"
    )


@pytest.mark.parametrize(("code", "shown"), [("holiday", "Reason: a holiday"), ("unspecified", "")])
async def test_a_cancellation_names_the_reason(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer, code: str, shown: str
) -> None:
    cancelling = SessionActivities(school.database, school.progress, NOTICES)
    progress = step(state=SessionState.CANCELLED)
    await run(cancelling.cancel, CancelInput(school.session, progress, reason=code))
    await school.send(N.CANCELLED, mailer)

    text = mail_to(school, mail_sink, "Samira")["text"]
    assert shown in text
    assert ("Reason" in text) == bool(shown)
    assert code == (await school.row()).cancel_reason


async def test_notice_is_not_sent_twice(school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer) -> None:
    first = await school.send(N.CONFIRMATION, mailer)

    assert await school.send(N.CONFIRMATION, mailer) == first
    assert len(readers_with_mail(school, mail_sink)) == 3


async def test_each_reminder_occasion_is_sent_once(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    for occasion in ("24h", "1h", "1h"):
        await school.send(N.REMINDER, mailer, occasion)

    assert len(readers_with_mail(school, mail_sink)) == 6


@pytest.mark.parametrize(("kind", "occasion"), [(N.REMINDER, "24h"), (N.BRIEFING, "")])
async def test_reminder_and_briefing_are_sent_for_each_start_of_the_class(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer, kind: N, occasion: str
) -> None:
    first = school.starts_at
    await school.send(kind, mailer, occasion)
    once = len(readers_with_mail(school, mail_sink))
    await school.change_session(starts_at=first + timedelta(minutes=30))

    assert (await school.send(kind, mailer, occasion, about=first)).sent == once, "of the first start"
    assert len(readers_with_mail(school, mail_sink)) == once
    for _ in range(2):
        result = await school.send(kind, mailer, occasion, about=first + timedelta(minutes=30))
        assert result.sent == once
    assert len(readers_with_mail(school, mail_sink)) == 2 * once


async def test_reminder_of_a_start_that_is_no_longer_planned_is_not_written(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    first = school.starts_at
    await school.change_session(starts_at=first + timedelta(minutes=30))

    assert (await school.send(N.REMINDER, mailer, "24h", about=first)).prepared == 0
    assert await school.outbox() == []


async def test_reminder_that_was_sent_under_a_key_without_its_start_is_not_sent_again(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    sent = await school.send(N.REMINDER, mailer, "24h")
    for row in await school.outbox():
        await school.change(Notice, col(Notice.id) == row.id, key=row.key.partition("@")[0])

    assert await school.send(N.REMINDER, mailer, "24h", about=school.starts_at) == sent
    assert len(await school.outbox()) == sent.sent


async def test_mail_server_killed_half_way_gets_the_rest_after_its_restart(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    with pytest.raises(Unavailable):
        await school.send(N.CONFIRMATION, CountingMailer(mail_sink.smtp_url, mail_sink.running.kill))
    mail_sink.running.start()

    assert len(readers_with_mail(school, mail_sink)) == 1
    assert await school.outcome(Step.CONFIRMATION) == Outcome.RUNNING
    assert (await school.send(N.CONFIRMATION, mailer)).sent == 3
    assert sorted(readers_with_mail(school, mail_sink)) == sorted(CLASS_READERS)
    assert sum(notice.attempts for notice in await school.outbox()) == 4


async def test_mail_sent_again_after_a_crash_has_the_same_message_id(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    """The crash is between sending and marking. A mail program shows both mails as one."""

    def die() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await school.send(N.BRIEFING, CountingMailer(mail_sink.smtp_url, die))

    await school.send(N.BRIEFING, mailer)

    first, second = mail_sink.messages(school.address("Ada"))
    assert first["headers"]["Message-ID"] == second["headers"]["Message-ID"]


async def test_busy_mailbox_does_not_delay_other_recipients(school: SchoolRows) -> None:
    names = [notice.address for notice in await _unsent(school)]
    async with mail_server({f"rcpt {names[0]}": "450 Full"}) as server:
        with pytest.raises(MailboxBusy):
            await school.send(N.CONFIRMATION, SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER))
        assert len(server.accepted) == 2
        server.replies.clear()
        result = await school.send(N.CONFIRMATION, SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER))

    assert (result.sent, len(server.accepted)) == (3, 3)


async def _unsent(school: SchoolRows) -> list[Notice]:
    """The outbox in sending order, after an attempt without a mail server."""
    with pytest.raises(Unavailable):
        await school.send(N.CONFIRMATION, SmtpMailer("smtp://127.0.0.1:1", SENDER))
    return sorted(await school.outbox(), key=lambda notice: notice.id)


async def test_unreachable_mail_server_is_tried_once_not_for_each_recipient(school: SchoolRows) -> None:
    assert sum(notice.attempts for notice in await _unsent(school)) == 1


async def test_refused_address_opens_a_case_and_the_others_get_their_mail(school: SchoolRows) -> None:
    refused = school.address("Elena")
    async with mail_server({f"rcpt {refused}": "550 Unknown"}) as server:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER)
        result = await school.send(N.CONFIRMATION, mailer)
        again = await school.send(N.CONFIRMATION, mailer)

    assert (result.sent, result.undeliverable) == (2, 1)
    assert again == result
    assert len(server.accepted) == 2
    (case,) = await school.cases()
    (failed,) = [notice for notice in await school.outbox() if notice.failed_at]
    assert (case.kind, case.owner) == (ExceptionKind.NOTICE_UNDELIVERABLE, Owner.OPS)
    assert case.detail == {"notice_id": str(failed.id), "code": "undeliverable"}
    assert failed.address == refused
    assert await school.outcome(Step.CONFIRMATION) == Outcome.DONE


async def test_refused_login_fails_no_notice(school: SchoolRows) -> None:
    async with mail_server(login=True) as server:
        with pytest.raises(Unavailable):
            await school.send(N.CONFIRMATION, SmtpMailer(f"smtp://x:y@127.0.0.1:{server.port}", SENDER))

    assert not await school.cases()
    assert not [notice for notice in await school.outbox() if notice.failed_at]


async def test_message_is_held_in_quiet_hours_and_sent_afterwards(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    await school.change(Guardian, col(Guardian.id) == school.people["Samira"], **quiet_now())

    held = await school.send(N.CONFIRMATION, mailer)

    assert (held.sent, held.held) == (2, 1)
    assert held.held_until is not None
    assert now() < held.held_until <= now() + timedelta(hours=1)
    assert set(readers_with_mail(school, mail_sink)) == {"Ada", "Elena"}
    assert await school.outcome(Step.CONFIRMATION) == Outcome.RUNNING
    await school.change(Notice, col(Notice.send_after) > now(), send_after=now())
    assert (await school.send(N.CONFIRMATION, mailer)).held == 0
    assert set(readers_with_mail(school, mail_sink)) == CLASS_READERS
    assert await school.outcome(Step.CONFIRMATION) == Outcome.DONE


async def test_message_that_was_held_goes_to_the_present_address_with_the_present_link(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    samira, moved = school.people["Samira"], f"moved.{school.id}@family.example"
    await school.change(Guardian, col(Guardian.id) == samira, **quiet_now())
    await school.send(N.CONFIRMATION, mailer)
    async with school.database.tenant(school.id) as db:
        await GUARDIANS.update(db, samira, GuardianChange(email=moved), None, now())
    await school.change(Notice, col(Notice.send_after) > now(), send_after=now())
    await school.send(N.CONFIRMATION, mailer)
    assert "Samira" not in readers_with_mail(school, mail_sink)
    (mail,) = mail_sink.messages(moved)
    tokens = [token_of(url) for url in join_links(mail)]
    links = [LINKS.read_join(token, school.session.session_id, now()) for token in tokens]
    assert [link.version for link in links] == [1, 1]


@pytest.mark.parametrize(
    "change", [{"state": SessionState.CANCELLED, "state_changes": 1}, {"starts_at": "later"}]
)
async def test_held_message_is_withdrawn_when_the_class_was_moved_or_cancelled(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer, change: dict[str, Any]
) -> None:
    await school.change(Guardian, col(Guardian.id) == school.people["Samira"], **quiet_now())
    await school.send(N.CONFIRMATION, mailer)
    later = {"starts_at": school.starts_at + timedelta(minutes=5)}
    await school.change_session(**(later if "starts_at" in change else change))
    await school.change(Notice, col(Notice.send_after) > now(), send_after=now())

    result = await school.send(N.CONFIRMATION, mailer)

    assert (result.sent, result.held, result.undeliverable) == (2, 0, 0)
    assert set(readers_with_mail(school, mail_sink)) == {"Ada", "Elena"}
    assert [n.error for n in await school.outbox() if n.failed_at] == [WITHDRAWN]


async def test_absence_notice_goes_to_guardians_of_missing_students_about_their_own(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    await school.change_session(ended_at=school.starts_at + timedelta(hours=1))
    await school.attend("Leo")

    await school.send(N.ABSENCE, mailer)

    assert readers_with_mail(school, mail_sink) == ["Samira"]
    text = mail_to(school, mail_sink, "Samira")["text"]
    assert "Noor of" in text
    assert "Leo of" not in text
    assert len(re.findall(r"https://\S+/j/\S+", text)) == 1


@pytest.mark.parametrize("kind", [N.CONFIRMATION, N.CANCELLED, N.REMINDER])
async def test_every_mail_to_a_guardian_links_to_their_family_page(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer, kind: NoticeKind
) -> None:
    await school.send(kind, mailer)

    for reader in ("Samira", "Elena"):
        (url,) = re.findall(r"https://\S+/family\S+", mail_to(school, mail_sink, reader)["text"])
        assert url in unescape(mail_to(school, mail_sink, reader)["html"])
        _, guardian_id, _ = LINKS.read_family(token_of(url), now())
        assert guardian_id == school.people[reader]
    assert "/family" not in mail_to(school, mail_sink, "Ada")["text"]


async def test_no_absence_notice_when_everybody_attended(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    await school.change_session(ended_at=school.starts_at + timedelta(hours=1))
    for name in ("Noor", "Leo"):
        await school.attend(name)

    assert (await school.send(N.ABSENCE, mailer)).prepared == 0
    assert not readers_with_mail(school, mail_sink)


@pytest.mark.parametrize("status", [None, DocumentationStatus.DRAFT, DocumentationStatus.CHANGES_REQUESTED])
async def test_summary_of_unapproved_documentation_is_refused(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer, status: DocumentationStatus | None
) -> None:
    if status:
        await school.document(told(Section.TOPICS, "Fractions.", await school.say("Ada", "Fractions.")))
        await school.change(Documentation, sa.true(), status=status)

    with pytest.raises(TransitionRefused):
        await school.send(N.SUMMARY, mailer)

    assert not readers_with_mail(school, mail_sink)
    assert not await school.outbox()


async def test_summary_goes_to_the_guardians_of_students_who_came(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    """However short the visit was: Noor's has no length. Elena's only child in the class never came."""
    await school.change_session(ended_at=school.starts_at + timedelta(hours=1))
    await school.attend("Ada", minutes=40)
    await school.attend("Noor", minutes=0)
    await school.document(told(Section.TOPICS, "Fractions.", await school.say("Ada", "Fractions.")))
    await school.change(Documentation, sa.true(), status=DocumentationStatus.APPROVED)

    await school.send(N.SUMMARY, mailer)

    assert readers_with_mail(school, mail_sink) == ["Samira"]


async def test_visit_of_no_length_is_no_absence(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    await school.change_session(ended_at=school.starts_at + timedelta(hours=1))
    for name in ("Noor", "Leo"):
        await school.attend(name, minutes=0)

    assert (await school.send(N.ABSENCE, mailer)).prepared == 0


async def test_summary_holds_the_approved_statements_and_only_the_own_childs_answers(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    await school.attend("Noor")
    await school.attend("Leo")
    taught = await school.say("Ada", "What is a half?")
    by_noor, by_leo = await school.say("Noor", "Two."), await school.say("Leo", "One of two.")
    check = Section.COMPREHENSION
    await school.document(
        told(Section.TOPICS, "We did halves.", taught),
        told(check, "Asked Noor.", taught, by_noor, outcome=CheckOutcome.INCORRECT),
        told(check, "Asked Leo.", taught, by_leo, outcome=CheckOutcome.CORRECT),
        told(check, "Asked nobody.", taught, outcome=CheckOutcome.UNANSWERED),
    )
    await school.change(Documentation, sa.true(), status=DocumentationStatus.APPROVED)

    await school.send(N.SUMMARY, mailer)

    assert sorted(readers_with_mail(school, mail_sink)) == ["Elena", "Samira"]
    both, one = (mail_to(school, mail_sink, name)["text"] for name in ("Samira", "Elena"))
    for line in ("We did halves.", "Asked Noor.", "Asked Leo.", "Asked nobody."):
        assert line in both
        assert (line in one) == (line != "Asked Noor.")


async def test_children_of_one_name_are_told_apart_in_a_mail(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    name = f"Noor of {school.id}"
    await school.change(Student, col(Student.id) == school.people["Leo"], name=name)
    school.session = await school.book("Noor", "Leo", starts_at=school.starts_at + timedelta(days=1))

    await school.send(N.CONFIRMATION, mailer)

    joins = re.findall(r"Join as (.*):", mail_to(school, mail_sink, "Samira")["text"])
    assert sorted(joins) == [name, f"{name} (2)"]


async def test_two_families_of_a_class_each_read_what_is_for_them(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    """From what was said over the draft to the mails: Hana reads for Iris, Elena for Leo, Samira for Noor and Leo."""
    school.starts_at += timedelta(days=1)
    school.session = await school.book("Noor", "Leo", "Iris", starts_at=school.starts_at)
    for minute, (name, text) in enumerate(
        (
            ("Ada", "Today we work on adding fractions."),
            ("Ada", "Leo, what is one half plus one quarter?"),
            ("Leo", "Two sixths."),
            ("Ada", "Not quite."),
            ("Ada", "Iris, you still owe me the last four exercises, please send them by Sunday."),
            ("Ada", "Leo, please do the extra worksheet until Sunday."),
            ("Ada", "For everybody: do exercises 7 to 12 on page 231 until Monday."),
        )
    ):
        await school.say(name, text, minute=minute)
    ended_at = school.starts_at + timedelta(minutes=40)
    await school.change_session(live_at=school.starts_at, ended_at=ended_at)
    for student in ("Noor", "Leo", "Iris"):
        await school.attend(student)
    await Drafts(school.database, ExtractiveEngine()).draft(school.id, school.session.session_id, now())
    await school.change(Documentation, sa.true(), status=DocumentationStatus.APPROVED)

    await school.send(N.SUMMARY, mailer)

    assert sorted(readers_with_mail(school, mail_sink)) == ["Elena", "Hana", "Samira"]
    texts = {name: mail_to(school, mail_sink, name)["text"] for name in ("Samira", "Elena", "Hana")}
    for text in texts.values():
        assert "adding fractions" in text
        assert "exercises 7 to 12 on page 231" in text
    for of_leo in ("Two sixths", "extra worksheet"):
        assert [name for name, text in texts.items() if of_leo in text] == ["Samira", "Elena"]
    assert [name for name, text in texts.items() if "four exercises" in text] == ["Hana"]
    assert "Asked" not in texts["Elena"]
    assert "A la pregunta «What is one half plus one quarter?» se respondió «Two sixths.»" in texts["Elena"]


async def test_class_of_another_organization_is_not_found(school: SchoolRows, mailer: SmtpMailer) -> None:
    stranger = SchoolRows(school.database)
    await stranger.open()
    sending = NoticeActivities(
        school.progress, ClassNotices(school.database, LINKS, Outbox(school.database, mailer, WORDS))
    )

    with pytest.raises(NotFound):
        await run(sending.send, NoticeInput(SessionRef(stranger.id, school.session.session_id)))
