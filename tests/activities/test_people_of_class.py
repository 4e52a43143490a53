"""People are added to and removed from a booked class: their time, their link, what they are told, the record."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from activities.notices import NoticeActivities
from activities.sessions import SessionActivities
from domain.errors import Conflict, DoubleBooked, InvalidInput, TransitionRefused, UnknownReference
from domain.notices.kinds import NoticeKind
from domain.sessions.states import SessionState
from domain.sessions.timeline import Step
from integrations.mail import SmtpMailer
from models.change_log import ChangeRow
from models.notice import Notice
from models.people import Guardian
from models.repositories import sessions
from models.session import BookedTime
from services import attendance
from services.notices import ClassNotices
from services.outbox import Outbox
from tests.activities.school_rows import LINKS, NOTICES, WORDS, SchoolRows, now, quiet_now, run, step
from tests.links import token_of
from tests.stack import TestMail
from workflows.contracts.notices import NoticeInput, NoticeResult
from workflows.contracts.sessions import AddPeopleInput, CancelInput, PeopleResult, RemovePeopleInput

pytestmark = pytest.mark.adapter

N = NoticeKind
BY = "member:0196f6a2-0000-7000-8000-000000000001"


async def add(school: SchoolRows, *names: str, has_room: bool = False) -> PeopleResult:
    keys = tuple(school.people[name] for name in names)
    given = AddPeopleInput(school.session, student_ids=keys, has_room=has_room, by=BY)
    return await run(SessionActivities(school.database, school.progress, NOTICES).add_people, given)


async def remove(school: SchoolRows, *names: str, has_room: bool = False) -> PeopleResult:
    people = await school.participants()
    keys = tuple(people[name].id for name in names if name in people)
    given = RemovePeopleInput(school.session, participant_ids=keys, has_room=has_room, by=BY)
    return await run(SessionActivities(school.database, school.progress, NOTICES).remove_people, given)


async def tell(
    school: SchoolRows, mailer: SmtpMailer, kind: NoticeKind, result: PeopleResult, occasion: str
) -> NoticeResult:
    sending = NoticeActivities(
        school.progress, ClassNotices(school.database, LINKS, Outbox(school.database, mailer, WORDS))
    )
    progress = step(step=Step.CONFIRMATION, state=SessionState.SCHEDULED)
    given = NoticeInput(school.session, progress, kind, occasion, school.starts_at, result.student_ids)
    return await run(sending.send, given)


async def held(school: SchoolRows) -> set[str]:
    """Whose time the class reserves."""
    query = sa.select(col(BookedTime.person_id)).where(
        col(BookedTime.session_id) == school.session.session_id
    )
    async with school.database.tenant(school.id) as db:
        keys = set(await db.scalars(query))
    return {name for name, key in school.people.items() if key in keys}


def subjects(school: SchoolRows, sink: TestMail, name: str) -> list[str]:
    return [mail["subject"] for mail in sink.messages(school.address(name))]


async def test_a_further_attempt_returns_whom_the_first_has_changed(school: SchoolRows) -> None:
    """The answer of the first is lost: who is told and disconnected follows from that of the second."""
    acts = SessionActivities(school.database, school.progress, NOTICES)
    adding = AddPeopleInput(school.session, student_ids=(school.people["Iris"],), by=BY, update_id="1")
    first = await run(acts.add_people, adding)
    assert await run(acts.add_people, adding) == first
    assert first.student_ids == (school.people["Iris"],)
    assert await run(acts.add_people, replace(adding, update_id="2")) == PeopleResult()
    removing = RemovePeopleInput(school.session, participant_ids=first.participant_ids, by=BY, update_id="3")
    removed = await run(acts.remove_people, removing)
    assert await run(acts.remove_people, removing) == removed == first


async def test_an_added_student_is_in_the_class_and_their_guardians_alone_are_told(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    result = await add(school, "Iris")
    assert result.student_ids == (school.people["Iris"],)
    assert await held(school) == {"Ada", "Noor", "Leo", "Iris"}
    iris = (await school.participants())["Iris"]
    assert iris.credentialed_at is None, "nobody gets in before the room opens"

    told = await tell(school, mailer, N.ADDED, result, "people-1")
    assert (told.prepared, told.sent) == (1, 1)
    (mail,) = mail_sink.messages(school.address("Hana"))
    assert mail["subject"].startswith("New on your schedule: Adding fractions")
    href = unescape(mail["html"]).split("/join/")[1].split('"')[0]
    link = LINKS.read_join(token_of(href), iris.session_id, now())
    assert link.participant_id == iris.id
    assert not mail_sink.messages(school.address("Samira"))


async def test_adding_twice_adds_once(school: SchoolRows) -> None:
    first, second = await add(school, "Iris"), await add(school, "Iris", "Noor")
    assert (len(first.participant_ids), second) == (1, PeopleResult())
    assert len(await school.participants()) == 4


async def test_a_student_with_another_class_at_that_time_is_refused_and_named(school: SchoolRows) -> None:
    other = SchoolRows(school.database)
    await other.open()
    elsewhere = await school.book_with_another_instructor("Iris")
    before = await school.participants()
    with pytest.raises(DoubleBooked) as refused:
        await add(school, "Iris")
    assert refused.value.extra["clashing_person_id"] == str(school.people["Iris"])
    assert refused.value.extra["clashing_session_id"] == str(elsewhere.session_id)
    assert await school.participants() == before
    school.people["Stranger"] = other.people["Iris"]
    with pytest.raises(UnknownReference):
        await add(school, "Stranger")


async def test_of_two_classes_at_one_time_that_add_a_student_at_the_same_moment_one_does(
    school: SchoolRows,
) -> None:
    second = SchoolRows(school.database, school.id, school.people, starts_at=school.starts_at)
    second.session = await school.book_with_another_instructor("Noah", starts_at=school.starts_at)

    async def attempt(rows: SchoolRows) -> bool:
        try:
            return bool((await add(rows, "Iris")).participant_ids)
        except DoubleBooked:
            return False

    assert sorted(await asyncio.gather(attempt(school), attempt(second))) == [False, True]


async def test_who_is_removed_before_the_room_opens_leaves_no_trace_in_the_class(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    leo = (await school.participants())["Leo"]
    result = await remove(school, "Leo")
    assert await held(school) == {"Ada", "Noor"}
    assert set(await school.participants()) == {"Ada", "Noor"}
    assert await remove(school, "Leo") == PeopleResult()

    assert (await tell(school, mailer, N.REMOVED, result, "people-1")).sent == 2
    assert subjects(school, mail_sink, "Elena")[0].startswith("Ya no está en tu horario")
    (samira,) = mail_sink.messages(school.address("Samira"))
    assert "Leo" in samira["text"], "of her two children"
    assert "Noor" not in samira["text"]
    assert "/j/" not in samira["text"]
    entries = await _calendars(school, N.REMOVED)
    assert "METHOD:CANCEL" in entries["Elena"]
    assert "METHOD:REQUEST" in entries["Samira"]
    assert "Noor" in entries["Samira"], "who is still in the class"
    assert await _audited(school, "participant", leo.id) == [("participant.deleted", BY)]


async def test_each_change_of_people_raises_the_sequence_of_calendar_entries(
    school: SchoolRows, mailer: SmtpMailer
) -> None:
    await school.send(N.CONFIRMATION, mailer)
    await tell(school, mailer, N.REMOVED, await remove(school, "Leo"), "people-1")
    await tell(school, mailer, N.ADDED, await add(school, "Leo"), "people-2")
    entries = [(await _calendars(school, kind))["Elena"] for kind in (N.CONFIRMATION, N.REMOVED, N.ADDED)]
    found = [re.findall(r"METHOD:(\w+)|SEQUENCE:(\d+)", entry) for entry in entries]
    assert [("".join(method), "".join(number)) for ((method, _), (_, number)) in found] == [
        ("REQUEST", "0"),
        ("CANCEL", "1"),
        ("REQUEST", "2"),
    ]


async def test_who_is_removed_with_the_room_open_stays_in_the_record_if_they_came(school: SchoolRows) -> None:
    await school.attend("Leo", minutes=10)
    await remove(school, "Leo", has_room=True)
    people = await school.participants()
    assert people["Leo"].removed_at is not None
    async with school.database.tenant(school.id) as db:
        session = await sessions.get_session(db, school.session.session_id)
        rows = await attendance.rows(db, session, school.starts_at + timedelta(minutes=30))
    assert {row.participant_id: row.seconds for row in rows}[people["Leo"].id] == 600
    async with school.database.tenant(school.id) as db:
        await sessions.remove_participant(db, people["Leo"].id, now())
    again = await add(school, "Leo", has_room=True)
    assert again.participant_ids == (people["Leo"].id,), "the same person in the same class"
    leo = (await school.participants())["Leo"]
    assert leo.credentialed_at is not None
    assert leo.sent_out_at is None, "the school lets them in, also if the instructor had sent them out"


async def test_the_last_student_and_the_instructor_stay(school: SchoolRows) -> None:
    with pytest.raises(InvalidInput):
        await remove(school, "Ada")
    with pytest.raises(Conflict):
        await remove(school, "Noor", "Leo")
    assert await held(school) == {"Ada", "Noor", "Leo"}


async def test_a_cancelled_class_takes_nobody(school: SchoolRows) -> None:
    await run(
        SessionActivities(school.database, school.progress, NOTICES).cancel,
        CancelInput(school.session, reason=""),
    )
    with pytest.raises(TransitionRefused):
        await add(school, "Iris")


async def test_a_message_that_waits_is_withdrawn_when_the_child_is_removed(
    school: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    """Samira has another child in the class, and still gets hers."""
    for name in ("Elena", "Samira"):
        await school.change(Guardian, col(Guardian.id) == school.people[name], time_zone="UTC", **quiet_now())
    await school.send(N.CONFIRMATION, mailer)
    await remove(school, "Leo")
    states = {
        row.recipient_id: row.state for row in await school.outbox() if row.recipient_kind == "guardian"
    }
    assert states == {school.people["Elena"]: "withdrawn", school.people["Samira"]: "waiting"}


async def _calendars(school: SchoolRows, kind: NoticeKind) -> dict[str, str]:
    """The calendar entries of a kind of notice by the names of their readers, unfolded."""
    query = sa.select(Notice).where(
        col(Notice.session_id) == school.session.session_id, col(Notice.kind) == kind
    )
    async with school.database.tenant(school.id) as db:
        calendars = {row.recipient_id: row.calendar for row in await db.scalars(query)}
    return {
        name: calendars[key].replace("\r\n ", "") for name, key in school.people.items() if key in calendars
    }


async def _audited(school: SchoolRows, kind: str, key: Any) -> Sequence[tuple[str, str]]:
    query = sa.select(col(ChangeRow.kind), col(ChangeRow.actor)).where(
        col(ChangeRow.subject) == kind, col(ChangeRow.subject_id) == key
    )
    async with school.database.tenant(school.id) as db:
        rows = [(row.kind, row.actor) for row in await db.execute(query.order_by(col(ChangeRow.seq)))]
    return rows[1:]
