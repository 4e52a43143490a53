"""Who does not come to a class becomes an exception while the class runs, resolved when they come late.

They are reminded by mail, in time and once; the mail is not sent if they come first.
"""

from datetime import timedelta

import pytest
from sqlmodel import col

from activities.absence_watch import AbsenceWatch
from activities.deliveries import DeliveryActivities
from activities.presence_record import PresenceRecord
from domain.notices.kinds import DeliveryState
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import SessionState
from integrations.mail import SmtpMailer
from models.exception_case import ExceptionCase
from models.session import Participant
from services.class_mails import ClassMails
from services.outbox import Outbox
from services.substitution_start import InstructorAbsence
from tests.activities.school_rows import LINKS, REGION, WORDS, SchoolRows, now, run
from tests.stack import TestMail
from workflows.contracts.deliveries import DeliveryInput

pytestmark = pytest.mark.adapter

SOON = timedelta(minutes=1)


class Watched:
    """The school's class, which is open since its planned start, and a watch over it."""

    def __init__(self, school: SchoolRows) -> None:
        self.school = school
        self.record = PresenceRecord(school.database, REGION)
        self.started: list[InstructorAbsence] = []
        self.watch = AbsenceWatch(school.database, self)

    async def start(self, absence: InstructorAbsence) -> None:
        """As what starts substitutions."""
        self.started.append(absence)

    async def restart(self) -> None:
        self.watch = AbsenceWatch(self.school.database, self)
        await self.look()

    async def look(self) -> None:
        session_id = self.school.session.session_id
        await self.watch.look(await self.record.read([session_id]))

    async def began(self, ago: timedelta, **policy: str) -> None:
        rules = SessionPolicy().model_dump(mode="json") | policy
        await self.school.change_session(state=SessionState.OPEN, starts_at=now() - ago, policy=rules)

    async def come(self, name: str, sid: str = "PA_1") -> None:
        who = str((await self.school.participants())[name].id)
        kind = EventKind.PARTICIPANT_JOINED
        await self.school.record(SessionEvent(EventSource.WEBHOOK, sid + name, kind, now(), who, sid + name))

    async def cases(self) -> dict[tuple[str, str], ExceptionCase]:
        """By kind, and who it is about."""
        names = {str(person_id): name for name, person_id in self.school.people.items()}
        found = await self.school.cases()
        assert len({(case.kind, case.occasion) for case in found}) == len(found)
        return {(case.kind, names.get(case.occasion, "")): case for case in found}

    async def reminders(self) -> list[tuple[str, str]]:
        """The kinds of mails in the outbox, and to whom each goes."""
        return sorted((row.kind, row.address.split("-")[0]) for row in await self.school.outbox())

    async def deliver(self, mailer: SmtpMailer) -> dict[tuple[str, str], DeliveryState]:
        """Deliver what waits; the state of all mails afterwards."""
        outbox = Outbox(self.school.database, mailer, WORDS)
        writer = ClassMails(self.school.database, LINKS, outbox.sender_address)
        activities = DeliveryActivities(outbox, writer)
        states = {}
        for row in await self.school.outbox():
            assert row.deliver_by
            delivered = await run(activities.deliver, DeliveryInput(self.school.id, row.id, row.deliver_by))
            states[row.kind, row.address.split("-")[0]] = delivered.state
        return states

    async def open(self) -> set[tuple[str, str]]:
        return {about for about, case in (await self.cases()).items() if case.state == "open"}


@pytest.fixture
def watched(school: SchoolRows) -> Watched:
    return Watched(school)


async def test_nobody_is_absent_before_it_is_time_to_judge(watched: Watched) -> None:
    await watched.began(-SessionPolicy().check_in_before - SOON)
    await watched.look()
    assert await watched.cases() == {}
    assert await watched.reminders() == []


async def test_who_has_not_come_becomes_an_exception_each(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    await watched.come("Leo")
    await watched.look()
    await watched.look()
    assert await watched.open() == {("instructor_absent", ""), ("student_absent", "Noor")}
    assert (await watched.cases())["student_absent", "Noor"].count == 1


async def test_the_policy_of_the_class_says_when(watched: Watched) -> None:
    await watched.began(SOON, absent_after="PT30S")
    await watched.come("Noor")
    await watched.look()
    assert ("student_absent", "Leo") in await watched.open()


async def test_exception_of_who_comes_late_is_resolved_also_after_a_restart(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    await watched.come("Leo")
    await watched.look()
    await watched.come("Noor")
    await watched.restart()
    assert await watched.open() == {("instructor_absent", "")}
    late = (await watched.cases())["student_absent", "Noor"]
    assert (late.resolved_by, late.resolution) == ("homeroom", "Came late.")


async def test_exception_that_ops_have_resolved_stays_resolved(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    await watched.look()
    await watched.school.change(
        ExceptionCase, ExceptionCase.session_id == watched.school.session.session_id, state="resolved"
    )
    await watched.restart()
    assert await watched.open() == set()


async def test_who_left_before_the_start_has_not_come(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    who = str((await watched.school.participants())["Noor"].id)
    early = now() - timedelta(hours=1)
    for kind, at in ((EventKind.PARTICIPANT_JOINED, early), (EventKind.PARTICIPANT_LEFT, early + SOON)):
        await watched.school.record(SessionEvent(EventSource.WEBHOOK, f"{kind}", kind, at, who, "PA_early"))
    await watched.come("Leo")
    await watched.look()
    assert ("student_absent", "Noor") in await watched.open()


async def test_who_said_that_they_cannot_come_is_no_exception(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    school = watched.school
    start = (await school.row()).starts_at
    noor = col(Participant.id) == (await school.participants())["Noor"].id
    await school.change(Participant, noor, cannot_come_for=start)
    await watched.come("Leo")
    await watched.look()
    assert await watched.open() == {("instructor_absent", "")}


async def test_instructor_who_waits_alone_is_reported_until_a_student_comes(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    await watched.look()
    assert await watched.open() == {("instructor_absent", "")}, "one cause, one case"
    await watched.come("Ada")
    await watched.look()
    assert await watched.open() == {("nobody_came", "")}

    await watched.come("Leo")
    await watched.look()

    assert await watched.open() == {("student_absent", "Noor")}
    assert (await watched.cases())["nobody_came", ""].resolution == "Somebody came late."


async def test_case_of_the_whole_class_takes_over_those_of_its_students(watched: Watched) -> None:
    await watched.began(SOON, absent_after="PT1S")
    school = watched.school
    ada = col(Participant.id) == (await school.participants())["Ada"].id
    await school.change(Participant, ada, checked_in_for=(await school.row()).starts_at)
    await watched.look()
    assert await watched.open() == {("student_absent", "Noor"), ("student_absent", "Leo")}
    await watched.come("Ada")
    await watched.look()
    assert await watched.open() == {("nobody_came", "")}
    leo = (await watched.cases())["student_absent", "Leo"]
    assert (leo.resolved_by, leo.resolution) == ("homeroom", "Superseded by nobody_came.")


async def test_nobody_is_waited_for_in_a_class_whose_families_all_said_no(watched: Watched) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    school = watched.school
    for name in ("Noor", "Leo"):
        person = col(Participant.id) == (await school.participants())[name].id
        await school.change(Participant, person, cannot_come_for=(await school.row()).starts_at)
    await watched.come("Ada")
    await watched.look()
    assert await watched.open() == set()


async def test_stronger_problem_of_an_instructor_replaces_the_weaker(watched: Watched) -> None:
    rules = SessionPolicy()
    opened = []
    for ago in (-rules.check_in_before, rules.instructor_late_after, rules.instructor_absent_after):
        await watched.began(ago + timedelta(seconds=5), absent_after="PT1H")
        await watched.look()
        (only,) = await watched.open()
        opened.append(only[0])
    assert opened == ["instructor_not_checked_in", "instructor_late", "instructor_absent"]
    reminder = ("reminder_sent", "waiting")
    assert await watched.school.tried() == {kind: [reminder] for kind in opened}
    weaker = (await watched.cases())["instructor_late", ""]
    assert (weaker.resolved_by, weaker.resolution) == ("homeroom", "Superseded by instructor_absent.")


async def test_cases_of_a_late_instructor_say_how_late_they_came(watched: Watched) -> None:
    await watched.began(timedelta(minutes=6, seconds=2), absent_after="PT1H")
    await watched.look()
    await watched.come("Ada")
    await watched.look()
    assert await watched.open() == set()
    late = (await watched.cases())["instructor_absent", ""]
    assert late.resolution.startswith("Came 6 min ")
    assert late.resolution.endswith(" s late.")


async def test_substitution_starts_once_an_instructor_is_absent(watched: Watched) -> None:
    await watched.began(SessionPolicy().instructor_late_after + timedelta(seconds=5))
    await watched.look()
    assert watched.started == []
    await watched.began(SessionPolicy().instructor_absent_after + timedelta(seconds=5))
    await watched.look()
    await watched.look()
    (absence,) = watched.started
    assert absence == InstructorAbsence(
        watched.school.id, watched.school.session.session_id, (await watched.school.row()).starts_at, 0
    )
    detail = (await watched.cases())["instructor_absent", ""].detail
    assert detail["instructor_id"] == str(watched.school.people["Ada"])
    assert detail["checked_in"] == "false"


async def test_instructor_is_reminded_before_the_class_and_at_its_start(
    watched: Watched, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    await watched.began(-SessionPolicy().check_in_before + timedelta(seconds=5))
    await watched.look()
    await watched.restart()
    assert await watched.reminders() == [("check_in", "ada")]
    assert (await watched.deliver(mailer))["check_in", "ada"] == DeliveryState.SENT
    (asked,) = mail_sink.messages(watched.school.address("Ada"))
    assert "https://school.example/check-in?t=" in asked["text"]
    assert "https://school.example/j/" in asked["text"]

    await watched.began(timedelta(seconds=30))
    await watched.look()
    await watched.restart()
    assert await watched.reminders() == [("check_in", "ada"), ("class_waits", "ada")]
    assert (await watched.deliver(mailer))["class_waits", "ada"] == DeliveryState.SENT
    assert len(mail_sink.messages(watched.school.address("Ada"))) == 2


async def test_reminder_is_withdrawn_when_the_instructor_checks_in_or_comes_first(
    watched: Watched, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    await watched.began(-SessionPolicy().check_in_before + timedelta(seconds=5))
    await watched.look()
    school = watched.school
    ada = col(Participant.id) == (await school.participants())["Ada"].id
    await school.change(Participant, ada, checked_in_for=(await school.row()).starts_at)
    assert await watched.deliver(mailer) == {("check_in", "ada"): DeliveryState.WITHDRAWN}
    await watched.look()
    assert await watched.open() == set()
    assert (await watched.cases())["instructor_not_checked_in", ""].resolution == "Checked in."

    await watched.began(timedelta(seconds=30))
    await watched.look()
    await watched.come("Ada")
    assert (await watched.deliver(mailer))["class_waits", "ada"] == DeliveryState.WITHDRAWN
    assert mail_sink.messages(school.address("Ada")) == []


async def test_families_of_absent_students_are_told_once_the_class_is_taught(
    watched: Watched, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    await watched.look()
    assert [kind for kind, _ in await watched.reminders()] == ["class_waits"]
    await watched.come("Ada")
    await watched.look()
    await watched.restart()
    told = [reader for kind, reader in await watched.reminders() if kind == "absence"]
    assert told == ["elena", "samira", "samira"], "of each child one"
    await watched.come("Noor")
    states = await watched.deliver(mailer)
    assert states["absence", "elena"] == DeliveryState.SENT
    (mail,) = mail_sink.messages(watched.school.address("Samira"))
    assert f"Leo of {watched.school.id}" in mail["text"]
    assert f"Noor of {watched.school.id}" not in mail["text"]
    assert mail["text"].count("https://school.example/j/") == 1


async def test_excused_students_and_classes_that_are_over_cause_no_mail_to_families(
    watched: Watched, mailer: SmtpMailer, mail_sink: TestMail
) -> None:
    await watched.began(SessionPolicy().absent_after + SOON)
    school = watched.school
    noor = col(Participant.id) == (await school.participants())["Noor"].id
    await school.change(Participant, noor, cannot_come_for=(await school.row()).starts_at)
    await watched.come("Ada")
    await watched.look()
    assert [reader for kind, reader in await watched.reminders()] == ["elena", "samira"]
    await school.change_session(state=SessionState.ENDING)
    assert set((await watched.deliver(mailer)).values()) == {DeliveryState.WITHDRAWN}
    assert mail_sink.messages(school.address("Elena")) == []
