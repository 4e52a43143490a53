"""What one act does to several classes of a person is told in one message, whatever happens in between."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from icalendar import Calendar
from sqlmodel import col

from activities.deliveries import DeliveryActivities
from activities.notices import NoticeActivities
from activities.sessions import SessionActivities
from domain.errors import TransitionRefused, Undeliverable
from domain.notices.digests import LONGEST, PAUSE
from domain.notices.kinds import DeliveryState, DigestNoticeKind, NoticeKind
from domain.sessions.states import SessionState
from domain.sessions.timeline import Step
from integrations.mail import Mail, SmtpMailer
from models.notice import Notice
from models.people import Guardian
from models.repositories import notices, sessions
from models.session import Session
from services.class_mails import ClassMails
from services.digest_mails import DigestMails, digest_again
from services.notices import ClassNotices
from services.outbox import Outbox
from tests.activities.school_rows import LINKS, NOTICES, SENDER, WORDS, SchoolRows, now, run, step
from tests.stack import TestMail
from workflows.contracts.common import SessionRef
from workflows.contracts.deliveries import DeliveryInput, DeliveryResult
from workflows.contracts.notices import NoticeInput, NoticeResult
from workflows.contracts.sessions import AddPeopleInput, RemovePeopleInput

pytestmark = pytest.mark.adapter

READERS = ("Ada", "Samira", "Elena")


class Act:
    """One act on classes of the school."""

    def __init__(self, school: SchoolRows, mailer: SmtpMailer) -> None:
        self.school, self.id = school, uuid4()
        self.outbox = Outbox(school.database, mailer, WORDS)

    async def tell(
        self, kind: NoticeKind, ref: SessionRef, occasion: str = "", student_ids: tuple[UUID, ...] = ()
    ) -> NoticeResult:
        sending = NoticeActivities(
            self.school.progress, ClassNotices(self.school.database, LINKS, self.outbox)
        )
        cancelled = kind == NoticeKind.CANCELLED
        state = SessionState.CANCELLED if cancelled else SessionState.SCHEDULED
        progress = step(step=Step.CONFIRMATION, state=state)
        given = NoticeInput(ref, progress, kind, occasion, student_ids=student_ids, act_id=self.id)
        return await run(sending.send, given)

    async def cancel(self, ref: SessionRef) -> NoticeResult:
        await self.change(ref, state=SessionState.CANCELLED, cancel_reason="holiday")
        return await self.tell(NoticeKind.CANCELLED, ref)

    async def move(self, ref: SessionRef, days: int) -> NoticeResult:
        async with self.school.database.tenant(self.school.id) as db:
            row = await db.get(Session, ref.session_id)
            assert row is not None
            row.starts_at += timedelta(days=days)
            row.ends_at += timedelta(days=days)
            row.moves += 1
        return await self.tell(NoticeKind.RESCHEDULED, ref, "move-1")

    async def change(self, ref: SessionRef, **values: object) -> None:
        await self.school.change(Session, col(Session.id) == ref.session_id, **values)

    async def digests(self, reader: str) -> list[Notice]:
        async with self.school.database.tenant(self.school.id) as db:
            query = sa.select(Notice).where(
                col(Notice.act_id) == self.id, col(Notice.recipient_id) == self.school.people[reader]
            )
            return list(await db.scalars(query.order_by(col(Notice.created_at))))

    async def is_over(self) -> None:
        """No further class was changed for a while."""
        own = col(Notice.act_id) == self.id
        gathers = own & col(Notice.gathers_until).is_not(None)
        await self.school.change(Notice, gathers, gathers_until=now() - timedelta(seconds=1))

    async def deliver(self) -> list[DeliveryResult]:
        """Deliver all its digests, as their workflows do."""
        sender = self.outbox.sender_address
        activities = DeliveryActivities(
            self.outbox,
            ClassMails(self.school.database, LINKS, sender),
            digests=DigestMails(self.school.database, LINKS, sender),
        )
        found = [one for reader in (*READERS, "Hana") for one in await self.digests(reader)]
        return [
            await run(activities.deliver, DeliveryInput(self.school.id, one.id, one.deliver_by or now()))
            for one in found
        ]


@pytest.fixture
def act(school: SchoolRows, mailer: SmtpMailer) -> Act:
    return Act(school, mailer)


async def three_classes(school: SchoolRows) -> list[SessionRef]:
    further = [
        await school.book("Noor", "Leo", starts_at=school.starts_at + timedelta(days=day)) for day in (1, 2)
    ]
    return [school.session, *further]


async def states(school: SchoolRows, refs: list[SessionRef]) -> set[DeliveryState]:
    async with school.database.tenant(school.id) as db:
        rows = await db.scalars(
            sa.select(Notice).where(col(Notice.session_id).in_([ref.session_id for ref in refs]))
        )
        return {row.state for row in rows}


async def test_who_joins_and_leaves_several_classes_is_told_in_one_message(
    school: SchoolRows, act: Act, mail_sink: TestMail
) -> None:
    """Iris comes, and Leo goes, who has a guardian alone and one with another child in the classes."""
    refs = await three_classes(school)
    acts = SessionActivities(school.database, school.progress, NOTICES)
    for ref in refs:
        async with school.database.tenant(school.id) as db:
            people = {one.student_id: one.id for one in await sessions.participants(db, ref.session_id)}
        given = AddPeopleInput(ref, step(), student_ids=(school.people["Iris"],))
        added = await run(acts.add_people, given)
        await act.tell(NoticeKind.ADDED, ref, "people-1", added.student_ids)
        gone = RemovePeopleInput(ref, step(), participant_ids=(people[school.people["Leo"]],))
        removed = await run(acts.remove_people, gone)
        await act.tell(NoticeKind.REMOVED, ref, "people-2", removed.student_ids)
    await act.is_over()
    await act.deliver()
    subjects = {
        "Hana": "3 classes are new on your schedule",
        "Samira": "3 classes are no longer on your schedule",
        "Elena": "3 clases ya no están en tu horario",
    }
    for reader, subject in subjects.items():
        (mail,) = mail_sink.messages(school.address(reader))
        assert mail["subject"] == subject
        assert mail["text"].count("\n- ") == len(refs)
    (samira,) = mail_sink.messages(school.address("Samira"))
    assert "Leo of" in samira["text"]
    assert "Noor of" not in samira["text"], "she stays in the classes"
    assert await states(school, refs) == {DeliveryState.SENT}


async def test_each_person_gets_one_message_with_all_classes_and_calendar_entries(
    school: SchoolRows, act: Act, mail_sink: TestMail
) -> None:
    refs = await three_classes(school)
    for ref in refs[:2]:
        result = await act.cancel(ref)
        assert (result.sent, result.gathered, result.held_until) == (0, len(READERS), None)
    await act.move(refs[2], days=4)

    assert all(result.wait_until for result in await act.deliver()), "the act may go on"
    assert await states(school, refs) == {DeliveryState.WAITING}
    assert not any(mail_sink.messages(school.address(reader)) for reader in READERS)

    await act.is_over()
    assert {result.state for result in await act.deliver()} == {DeliveryState.SENT}
    assert await states(school, refs) == {DeliveryState.SENT}
    for reader in READERS:
        (mail,) = mail_sink.messages(school.address(reader))
        assert mail["text"].count("\n- ") == len(refs)
    (samira,) = mail_sink.messages(school.address("Samira"))
    assert samira["subject"] == "3 of your classes have changed"
    assert "Cancelled (2)" in samira["text"]
    assert "New times (1)" in samira["text"]
    assert f"Leo of {school.id} and Noor of {school.id}" in samira["text"] or (
        f"Noor of {school.id} and Leo of {school.id}" in samira["text"]
    )
    (elena,) = mail_sink.messages(school.address("Elena"))
    assert "Han cambiado 3 de tus clases" in elena["subject"]

    await act.deliver()  # a worker that died before it knew
    assert len(mail_sink.messages(school.address("Samira"))) == 1


async def test_entry_of_each_class_is_an_object_with_its_own_method(school: SchoolRows, act: Act) -> None:
    refs = await three_classes(school)
    await act.cancel(refs[0])
    await act.move(refs[1], days=4)
    await act.is_over()
    await act.deliver()
    (digest,) = await act.digests("Samira")
    mailer = SmtpMailer("smtp://localhost", SENDER)
    mail = Mail(digest.address, digest.subject, digest.html, digest.text, "id", calendar=digest.calendar)
    parts = [
        part
        for part in message_from_bytes(mailer.compose(mail)).walk()
        if part.get_content_type() == "text/calendar"
    ]
    read = {}
    for part in parts:
        calendar = Calendar.from_ical(bytes(part.get_payload(decode=True)))
        (event,) = calendar.walk("VEVENT")
        assert part.get_param("method") == calendar["method"]
        read[event["uid"]] = (calendar["method"], event["sequence"])
    uids = [f"{ref.session_id}@homeroom" for ref in refs[:2]]
    assert read == {uids[0]: ("CANCEL", 1), uids[1]: ("REQUEST", 1)}


async def test_single_class_reads_like_a_message_of_its_own(
    school: SchoolRows, act: Act, mail_sink: TestMail
) -> None:
    await act.cancel(school.session)
    await act.is_over()
    await act.deliver()
    (mail,) = mail_sink.messages(school.address("Samira"))
    assert mail["subject"].startswith("Class cancelled") or "ancelled" in mail["subject"]
    assert "METHOD:CANCEL" in (await act.digests("Samira"))[0].calendar


async def test_class_that_comes_after_the_message_is_told_in_a_further_one(
    school: SchoolRows, act: Act, mail_sink: TestMail
) -> None:
    refs = await three_classes(school)
    for ref in refs[:2]:
        await act.cancel(ref)
    await act.is_over()
    await act.deliver()

    assert (await act.cancel(refs[0])).gathered == 0, "told before"
    await act.cancel(refs[2])
    await act.is_over()
    await act.deliver()
    assert len(mail_sink.messages(school.address("Samira"))) == 2
    assert await states(school, refs) == {DeliveryState.SENT}


async def test_clock_that_is_behind_stops_no_further_message(school: SchoolRows, act: Act) -> None:
    """The message before was begun by a machine whose clock is ahead, and is sent already."""
    refs = await three_classes(school)
    await act.cancel(refs[0])
    await act.is_over()
    await act.deliver()
    own = col(Notice.act_id) == act.id
    await school.change(Notice, own, created_at=now() + timedelta(minutes=1))
    for ref in refs[1:]:
        assert (await act.cancel(ref)).gathered == len(READERS)
    (_, further) = await act.digests("Samira")
    assert further.waits


async def test_what_became_outdated_is_left_out(school: SchoolRows, act: Act, mail_sink: TestMail) -> None:
    refs = await three_classes(school)
    for ref in refs:
        await act.move(ref, days=5)
    await act.change(refs[0], state=SessionState.CANCELLED)
    await act.is_over()
    await act.deliver()
    (mail,) = mail_sink.messages(school.address("Samira"))
    assert mail["subject"] == "2 classes have new times"
    assert await states(school, refs[:1]) == {DeliveryState.WITHDRAWN}


async def test_message_waits_for_quiet_hours_and_not_longer_than_its_bound(
    school: SchoolRows, act: Act
) -> None:
    quiet = {
        "quiet_from": (now() - timedelta(hours=1)).time(),
        "quiet_until": (now() + timedelta(hours=3)).time(),
        "time_zone": "UTC",
    }
    await school.change(Guardian, col(Guardian.id) == school.people["Samira"], **quiet)
    refs = await three_classes(school)
    await act.cancel(refs[0])
    (held,) = await act.digests("Samira")
    assert held.send_after > now() + timedelta(hours=2)
    (due,) = await act.digests("Elena")
    assert due.gathers_until
    assert due.gathers_until <= now() + PAUSE
    await school.change(Notice, col(Notice.id) == due.id, created_at=now() - LONGEST)
    await act.cancel(refs[1])
    (due,) = await act.digests("Elena")
    assert due.gathers_until
    assert due.gathers_until <= now(), "a long act does not keep it from being sent"


async def test_message_that_was_refused_is_one_case_and_can_be_sent_again(
    school: SchoolRows, mail_sink: TestMail
) -> None:
    class Refusing(SmtpMailer):
        async def send(self, mail: Mail) -> None:
            raise Undeliverable("there is no such mailbox")

    act = Act(school, Refusing(mail_sink.smtp_url, SENDER))
    refs = await three_classes(school)
    for ref in refs[:2]:
        await act.cancel(ref)
    await act.is_over()
    assert {result.state for result in await act.deliver()} == {DeliveryState.FAILED}
    assert await states(school, refs[:2]) == {DeliveryState.FAILED}

    (failed,) = await act.digests("Samira")
    act.outbox = Outbox(school.database, SmtpMailer(mail_sink.smtp_url, SENDER), WORDS)
    again = await _again(school, failed)
    sender = act.outbox.sender_address
    activities = DeliveryActivities(act.outbox, digests=DigestMails(school.database, LINKS, sender))
    await run(activities.deliver, DeliveryInput(school.id, again, now() + timedelta(hours=1)))
    (mail,) = mail_sink.messages(school.address("Samira"))
    assert mail["subject"] == "2 classes are cancelled"
    with pytest.raises(TransitionRefused):
        await _again(school, failed)


async def _again(school: SchoolRows, failed: Notice) -> UUID:
    async with school.database.tenant(school.id) as db:
        at = datetime.now(UTC)
        row = await digest_again(db, failed, uuid4(), at, at + timedelta(hours=1))
        assert row.kind == DigestNoticeKind.CLASSES_CHANGED
        await notices.prepare(db, [row])
        return row.id
