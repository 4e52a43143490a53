"""Families are told once after a class from which their child counts as absent, unless it turns out otherwise."""

from datetime import timedelta

import pytest
from sqlmodel import col

from activities.deliveries import DeliveryActivities
from domain.notices.kinds import DeliveryState
from domain.sessions.states import SessionState
from integrations.mail import SmtpMailer
from models.organization import Organization
from models.session import Participant
from services.arrival_mails import tell_families_of_missed
from services.attendance import attendance_rows, evidence
from services.class_mails import ClassMails
from services.outbox import Outbox
from tests.activities.school_rows import LINKS, WORDS, SchoolRows, now, run
from tests.stack import TestMail
from workflows.contracts.deliveries import DeliveryInput

pytestmark = pytest.mark.adapter
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
async def taught(school: SchoolRows) -> SchoolRows:
    """The class began an hour ago and is over. Ada taught it; Noor was there for half an hour, and Leo never came."""
    school.starts_at = now() - HOUR - MINUTE
    await school.change_session(
        state=SessionState.DOCUMENTING,
        starts_at=school.starts_at,
        ends_at=school.starts_at + HOUR,
        live_at=school.starts_at,
        ended_at=school.starts_at + HOUR,
    )
    await school.attend("Ada", minutes=60)
    await school.attend("Noor", minutes=31)
    return school


async def tell(school: SchoolRows) -> list[str]:
    """The readers of the mails that are written so far."""
    async with school.database.tenant(school.id) as db:
        await tell_families_of_missed(db, school.session.session_id, now())
    return sorted(row.address.split("-")[0] for row in await school.outbox())


async def deliver(school: SchoolRows, mailer: SmtpMailer) -> set[DeliveryState]:
    outbox = Outbox(school.database, mailer, WORDS)
    activities = DeliveryActivities(outbox, ClassMails(school.database, LINKS, outbox.sender_address))
    states = set()
    for row in await school.outbox():
        assert row.deliver_by
        states.add((await run(activities.deliver, DeliveryInput(school.id, row.id, row.deliver_by))).state)
    return states


async def test_families_are_told_once_with_a_way_to_disagree(
    taught: SchoolRows, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    contact = {"contact_email": "office@harbour.example"}
    await taught.change(Organization, col(Organization.id) == taught.id, **contact)
    assert await tell(taught) == ["elena", "samira"]
    rows = await taught.outbox()
    ended_at = (await taught.row()).ended_at
    assert ended_at
    assert all(row.send_after >= ended_at + 10 * MINUTE for row in rows)
    assert await deliver(taught, mailer) == {DeliveryState.SENT}
    (mail,) = mail_sink.messages(taught.address("Samira"))
    assert f"Leo of {taught.id}" in mail["text"]
    assert f"Noor of {taught.id}" not in mail["text"]
    assert "https://school.example/attendance?t=" in mail["text"]
    assert "mailto:office@harbour.example" in mail["text"]
    assert "/j/" not in mail["text"]
    await taught.change_session(ended_at=ended_at + MINUTE)  # reopened and ended again
    assert await tell(taught) == ["elena", "samira"]


async def test_mail_is_not_sent_where_the_student_counts_as_present_by_then(
    taught: SchoolRows, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    await tell(taught)
    await taught.attend("Leo", minutes=40)
    assert await deliver(taught, mailer) == {DeliveryState.WITHDRAWN}
    assert mail_sink.messages(taught.address("Samira")) == []


async def test_class_that_is_reopened_tells_at_its_second_end(taught: SchoolRows, mailer: SmtpMailer) -> None:
    await tell(taught)
    await taught.change_session(state=SessionState.LIVE)
    assert await deliver(taught, mailer) == {DeliveryState.WITHDRAWN}
    await taught.change_session(state=SessionState.DOCUMENTING, ended_at=now())
    assert await tell(taught) == ["elena", "elena", "samira", "samira"]
    assert DeliveryState.SENT in await deliver(taught, mailer)


async def test_nobody_has_missed_a_class_that_was_not_held_or_is_excused(taught: SchoolRows) -> None:
    await taught.change_session(live_at=None)
    assert await tell(taught) == []
    await taught.change_session(live_at=taught.starts_at)
    leo = col(Participant.id) == (await taught.participants())["Leo"].id
    await taught.change(Participant, leo, cannot_come_for=(await taught.row()).starts_at)
    assert await tell(taught) == []


async def test_rule_of_the_class_decides_who_is_present(taught: SchoolRows) -> None:
    session = await taught.row()
    for share, expected in ((0.5, "present"), (0.6, "absent")):
        session.policy = session.policy | {"present_share": share}
        async with taught.database.tenant(taught.id) as db:
            recorded = await evidence(db, session)
        people = await taught.participants()
        rows = {
            row.participant_id: row
            for row in attendance_rows(session, list(people.values()), recorded, now())
        }
        noor = rows[people["Noor"].id]
        assert (noor.status, round((noor.class_share or 0) * 60)) == (expected, 31)
        assert noor.left_early_seconds == pytest.approx(29 * 60, abs=1)
        assert rows[people["Leo"].id].status == "absent"
