"""The record of a class is filed: attendance, the next briefing, completeness."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from activities.records import RecordActivities
from domain.notices.kinds import NoticeKind
from domain.people.access import AccessRole, Principal
from domain.presence.events import EventKind, EventSource, SessionEvent
from domain.record.documentation import CheckOutcome, DocumentationStatus, Section
from domain.record.recording import AudioSegment
from domain.sessions.completeness import Part
from domain.sessions.states import SessionState
from domain.sessions.timeline import Outcome, Step
from integrations.mail import SmtpMailer
from models.documentation import Documentation
from models.record import AttendanceRow
from models.repositories import documents, recordings, records
from models.session import Participant
from models.written_sessions import WRITES_SESSIONS
from services.family import family
from tests.activities.school_rows import LINKS, SchoolRows, now, run, step, told
from tests.stack import TestMail
from workflows.contracts.record import CloseInput, CloseResult

pytestmark = pytest.mark.adapter

P = Part
LENGTH, ATTENDED = timedelta(minutes=40), timedelta(minutes=30)


@pytest.fixture
async def held(school: SchoolRows) -> SchoolRows:
    """The class was live from its start for 40 minutes."""
    await school.change_session(live_at=school.starts_at, ended_at=school.starts_at + LENGTH)
    return school


def steps(school: SchoolRows) -> RecordActivities:
    return RecordActivities(school.database, school.progress)


async def attendance(school: SchoolRows) -> dict[str, AttendanceRow]:
    names = {person.id: name for name, person in (await school.participants()).items()}
    async with school.database.tenant(school.id) as db:
        rows = await records.attendance(db, school.session.session_id)
    assert len({row.participant_id for row in rows}) == len(rows)
    return {names[row.participant_id]: row for row in rows}


async def briefing(school: SchoolRows) -> dict[str, Any] | None:
    async with school.database.tenant(school.id) as db:
        row = await documents.briefing_from(db, school.session.session_id)
    return row.content if row else None


async def close(school: SchoolRows, outcome: str = "held") -> CloseResult:
    progress = step(state=SessionState.CLOSED)
    return await run(steps(school).close, CloseInput(school.session, progress, outcome))


async def approved(school: SchoolRows, *, status: DocumentationStatus = DocumentationStatus.APPROVED) -> None:
    utterance = await school.say("Ada", "Please do page twelve until Thursday.")
    check = told(Section.COMPREHENSION, "Asked.", utterance, outcome=CheckOutcome.INCORRECT)
    await school.document(told(Section.HOMEWORK, "Page twelve until Thursday.", utterance), check)
    await school.change(Documentation, sa.true(), status=status)


async def test_attendance_is_filed_for_everybody_absent_people_included(held: SchoolRows) -> None:
    await held.attend("Ada", minutes=40)
    await held.attend("Noor", minutes=25)

    await run(steps(held).file, held.step())

    filed = await attendance(held)
    assert {name: row.seconds for name, row in filed.items()} == {"Ada": 2400, "Noor": 1500, "Leo": 0}
    assert filed["Noor"].first_joined_at == held.starts_at
    assert await held.outcome(Step.RECORDS) == Outcome.DONE


async def test_filing_attendance_again_replaces_it(held: SchoolRows) -> None:
    await held.attend("Noor", minutes=25)
    await run(steps(held).file, held.step())
    await held.attend("Leo", minutes=10)

    await run(steps(held).file, held.step())

    assert {name: row.seconds for name, row in (await attendance(held)).items()} == {
        "Ada": 0,
        "Noor": 1500,
        "Leo": 600,
    }


async def test_next_briefing_is_made_from_the_approved_documentation(held: SchoolRows) -> None:
    await approved(held)

    await run(steps(held).prepare_next_briefing, held.step(step=Step.NEXT_BRIEFING))

    made = await briefing(held)
    assert made is not None
    assert made["sections"] == [
        ["not_understood", ["Asked."]],
        ["homework_to_check", ["Page twelve until Thursday."]],
    ]
    assert made["last_class"] == {
        "title": "Adding fractions",
        "held_at": held.starts_at.isoformat(),
        "approved": True,
    }


@pytest.mark.parametrize("status", [None, DocumentationStatus.DRAFT, DocumentationStatus.CHANGES_REQUESTED])
async def test_next_briefing_holds_nothing_unapproved(
    held: SchoolRows, status: DocumentationStatus | None
) -> None:
    if status:
        await approved(held, status=status)

    await run(steps(held).prepare_next_briefing, held.step(step=Step.NEXT_BRIEFING))

    made = await briefing(held)
    assert made is not None
    assert (made["sections"], made["last_class"]["approved"]) == ([], False)


async def test_class_that_was_not_held_leaves_no_briefing(school: SchoolRows) -> None:
    await run(steps(school).prepare_next_briefing, school.step(step=Step.NEXT_BRIEFING))

    assert await briefing(school) is None
    assert await school.outcome(Step.NEXT_BRIEFING) == Outcome.DONE


async def test_briefing_made_again_replaces_the_first(held: SchoolRows) -> None:
    await run(steps(held).prepare_next_briefing, held.step(step=Step.NEXT_BRIEFING))
    await approved(held)
    await run(steps(held).prepare_next_briefing, held.step(step=Step.NEXT_BRIEFING))

    made = await briefing(held)
    assert made is not None
    assert made["last_class"]["approved"]


async def test_next_class_of_the_course_gets_the_briefing(
    held: SchoolRows, mail_sink: TestMail, mailer: SmtpMailer
) -> None:
    await approved(held)
    await run(steps(held).prepare_next_briefing, held.step(step=Step.NEXT_BRIEFING))
    held.session = await held.book("Noor", starts_at=held.starts_at + timedelta(days=7))

    await held.send(NoticeKind.BRIEFING, mailer)

    (mail,) = mail_sink.messages(held.address("Ada"))
    assert "Homework to check\n- Page twelve until Thursday." in mail["text"].replace("\r\n", "\n")
    assert "Expected\n- Noor of" in mail["text"].replace("\r\n", "\n")


async def test_every_part_is_missing_of_a_class_without_a_record(held: SchoolRows) -> None:
    closed = await close(held)

    assert closed == CloseResult(0.0, tuple(Part), 0)
    assert (await held.row()).completeness == {
        "have": [],
        "missing": list(Part),
        "share": 0.0,
        "recorded_share": 0.0,
        "unheard_seconds": 0.0,
    }


async def test_class_with_every_part_is_complete(held: SchoolRows, mailer: SmtpMailer) -> None:
    await _everything(held, mailer)

    assert await close(held) == CloseResult(1.0, (), 0)
    row = await held.row()
    assert (row.state, row.outcome) == (SessionState.CLOSED, "held")
    assert row.closed_at is not None
    assert row.completeness["share"] == 1.0


@pytest.mark.parametrize(
    ("undo", "missing"),
    [
        ("update notice set sent_at = null where kind = 'confirmation'", {P.CONFIRMATION}),
        ("update notice set sent_at = null where kind = 'summary'", {P.SUMMARY}),
        ("update notice set sent_at = null where kind = 'briefing'", {P.BRIEFING}),
        ("update attendance set first_joined_at = null", {P.ATTENDANCE}),
        ("update attendance set engagement = '{}'", {P.ENGAGEMENT}),
        ("delete from audio_segment", {P.RECORDING}),
        ("delete from utterance", {P.TRANSCRIPT}),
        ("update documentation set status = 'draft'", {P.APPROVAL}),
        ("delete from briefing", {P.NEXT_BRIEFING}),
    ],
)
async def test_missing_part_lowers_the_completeness(
    held: SchoolRows, mailer: SmtpMailer, undo: str, missing: set[Part]
) -> None:
    await _everything(held, mailer)
    async with held.database.tenant(held.id) as db:
        await db.execute(sa.text(undo), execution_options={WRITES_SESSIONS: [held.session.session_id]})

    closed = await close(held)

    assert set(closed.missing) == missing
    assert closed.complete == round(1 - len(missing) / len(Part), 3)


async def test_long_recording_gap_counts_as_missing_recording(held: SchoolRows, mailer: SmtpMailer) -> None:
    await _everything(held, mailer)
    await held.record(unmuted((await held.participants())["Noor"], held.starts_at))  # 30 s of it are stored

    assert (await close(held)).missing == (P.RECORDING,)
    stored = (await held.row()).completeness
    assert stored["recorded_share"] == pytest.approx(30 / ATTENDED.total_seconds(), abs=0.001)
    assert stored["unheard_seconds"] == ATTENDED.total_seconds() - 30


async def test_recording_that_the_recorder_believes_to_have_missed_is_complete_where_it_is_stored(
    held: SchoolRows, mailer: SmtpMailer
) -> None:
    await _everything(held, mailer)
    gap = {"from": held.starts_at.isoformat(), "until": (held.starts_at + LENGTH / 10).isoformat()}
    await held.record(
        SessionEvent(EventSource.CAPTURE, "b", EventKind.CAPTURE_BLIND, held.starts_at, data=gap)
    )

    assert (await close(held)).missing == ()


async def test_class_that_was_not_held_needs_only_its_notices_beforehand(
    school: SchoolRows, mailer: SmtpMailer
) -> None:
    await school.send(NoticeKind.CONFIRMATION, mailer)

    assert await close(school, "not_held") == CloseResult(0.0, (P.BRIEFING,), 0)
    assert (await school.row()).completeness == {
        "have": ["confirmation"],
        "missing": ["briefing"],
        "share": None,
    }


async def test_class_that_no_student_came_to_is_not_complete(held: SchoolRows, mailer: SmtpMailer) -> None:
    await held.attend("Ada", minutes=40)
    await _everything(held, mailer, student="")

    closed = await close(held)

    assert set(closed.missing) == {P.ATTENDANCE, P.SUMMARY}


async def test_families_page_shows_no_summary_of_a_class_that_the_child_never_came_to(
    held: SchoolRows,
) -> None:
    await held.attend("Ada", minutes=40)
    await held.attend("Noor", minutes=0)
    await approved(held)
    await run(steps(held).file, held.step())
    guardian = held.people["Samira"]
    who = Principal(held.id, AccessRole.GUARDIAN, f"guardian:{guardian}", guardian)

    async with held.database.tenant(held.id) as db:
        view = await family(db, who, LINKS, now())

    summaries = {child.student.name.split(" ")[0]: len(child.summaries) for child in view.children}
    assert summaries == {"Noor": 1, "Leo": 0}


async def test_a_speakers_stored_sound_is_filed_as_attendance(held: SchoolRows) -> None:
    await _recorded(held)

    await run(steps(held).file, held.step())

    assert (await attendance(held))["Noor"].seconds == 30


async def test_closing_again_keeps_the_time_of_closing(held: SchoolRows, mailer: SmtpMailer) -> None:
    await _everything(held, mailer)
    await close(held)
    first = await held.row()

    await close(held)

    assert (await held.row()).closed_at == first.closed_at


def unmuted(person: Participant, since: datetime) -> SessionEvent:
    """The person's microphone is on from then on."""
    return SessionEvent(
        *(EventSource.CAPTURE, "unmuted", EventKind.TRACK_PUBLISHED, since),
        *(str(person.id), "PA_Noor", "TR"),
        data={"source": "microphone"},
    )


async def _everything(school: SchoolRows, mailer: SmtpMailer, *, student: str = "Noor") -> None:
    """Every part of the record of a held class exists, if a student came."""
    for kind in (NoticeKind.CONFIRMATION, NoticeKind.BRIEFING):
        await school.send(kind, mailer)
    await _recorded(school, student or "Ada")
    if student:
        await school.attend(student)
    await approved(school)
    await school.send(NoticeKind.SUMMARY, mailer)
    await run(steps(school).file, school.step())
    await run(steps(school).prepare_next_briefing, school.step(step=Step.NEXT_BRIEFING))


async def _recorded(school: SchoolRows, speaker: str = "Noor") -> None:
    """The recorder was in the room all the time and stored a segment."""
    ends = (
        (EventKind.CAPTURE_STARTED, school.starts_at),
        (EventKind.CAPTURE_ENDED, school.starts_at + LENGTH),
    )
    await school.record(*(SessionEvent(EventSource.CAPTURE, str(kind), kind, at) for kind, at in ends))
    who = str((await school.participants())[speaker].id)
    segment = AudioSegment(
        organization_id=school.id,
        session_id=school.session.session_id,
        identity=who,
        participant_sid=f"PA_{speaker}",
        track_sid="TR",
        recorder_id="r",
        seq=0,
        started_at=school.starts_at,
        samples=480_000,
        sample_rate=16_000,
        codec="flac",
        key=f"{uuid4()}.flac",
        sha256="0" * 64,
        size=1,
    )
    async with school.database.tenant(school.id) as db:
        await recordings.register(db, [segment])
