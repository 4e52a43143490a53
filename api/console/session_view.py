"""What the session page shows, read in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.operations import attendance
from domain.documentation import Section, Statement
from domain.roles import identity_of
from domain.sessions import ROOM_STATES, SessionState
from domain.timeline import Outcome, Step
from domain.transcript import Utterance
from models.course import Course
from models.documentation import Documentation
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.repositories import documents, notices, people, recordings, sessions
from models.session import Participant, Session, TimelineRow
from reports.briefings import Sections, read_briefing

STEP_TITLES = {
    Step.BOOKING: "Booked",
    Step.CONFIRMATION: "Confirmation sent",
    Step.REMINDER: "Reminder sent",
    Step.BRIEFING: "Instructor briefed",
    Step.ROOM: "Room made",
    Step.CREDENTIALS: "Participants admitted",
    Step.LIVE: "Class live",
    Step.CAPTURE: "Recording",
    Step.END: "Class ended",
    Step.TRANSCRIPT: "Transcript",
    Step.DOCUMENTATION: "Documentation drafted",
    Step.REVIEW: "Reviewed and approved",
    Step.SUMMARY: "Guardians told",
    Step.RECORDS: "Records filed",
    Step.NEXT_BRIEFING: "Next briefing ready",
}
SECTION_TITLES = {
    Section.TOPICS: "Topics",
    Section.PRACTISED: "What was practised",
    Section.COMPREHENSION: "Comprehension checks",
    Section.HOMEWORK: "Homework",
    Section.NEXT_STEPS: "Next steps",
}


@dataclass(frozen=True)
class TimelineLine:
    title: str
    row: TimelineRow


@dataclass(frozen=True)
class PersonLine:
    person: Participant
    present: bool
    seconds: float
    reconnects: int
    talk_seconds: float
    talk_share: float
    hands: int
    chats: int


@dataclass(frozen=True)
class SaidLine:
    utterance: Utterance
    speaker: str
    role: str


@dataclass(frozen=True)
class DraftSection:
    title: str
    statements: list[Statement]


@dataclass(frozen=True)
class SessionView:
    session: Session
    course: Course
    timeline: list[TimelineLine]
    people: list[PersonLine]
    transcript: list[SaidLine]
    documentation: Documentation | None
    sections: list[DraftSection]
    notices: list[Notice]
    cases: list[ExceptionCase]
    next_briefing: Sections
    recording: bool

    @property
    def live(self) -> bool:
        return self.session.state in ROOM_STATES

    @property
    def to_approve(self) -> int | None:
        """The revision that waits for a decision."""
        if self.documentation and self.session.state == SessionState.REVIEW:
            return self.documentation.revision
        return None


async def session_view(db: AsyncSession, session_id: UUID, now: datetime) -> SessionView:
    session = await sessions.get_session(db, session_id)
    everybody = await sessions.participants(db, session_id)
    said = await recordings.transcript(db, session_id)
    documentation = await documents.documentation(db, session_id)
    statements: tuple[Statement, ...] = ()
    if documentation:
        statements = await documents.statements(db, session_id, documentation.revision)
    timeline = await sessions.timeline(db, session_id)
    briefing = await documents.briefing_from(db, session_id)
    return SessionView(
        session=session,
        course=await people.get(db, Course, session.course_id),
        timeline=[TimelineLine(_title(row), row) for row in timeline if _shown(session, row)],
        people=await _people(db, session, everybody, now),
        transcript=_said(said, everybody),
        documentation=documentation,
        sections=_sections(statements),
        notices=await notices.of_session(db, session_id),
        cases=await notices.cases_of_session(db, session_id),
        next_briefing=read_briefing(briefing.content, language="en", time_zone=session.time_zone)
        if briefing
        else [],
        recording=any(row.step == Step.CAPTURE and row.outcome == Outcome.RUNNING for row in timeline),
    )


def _shown(session: Session, row: TimelineRow) -> bool:
    """What a new plan replaced is not shown, what a cancellation called off is."""
    return row.outcome != Outcome.CANCELLED or session.state == SessionState.CANCELLED


def _title(row: TimelineRow) -> str:
    title = STEP_TITLES[row.step]
    return f"{title} ({row.occasion} before)" if row.step == Step.REMINDER else title


async def _people(
    db: AsyncSession, session: Session, everybody: list[Participant], now: datetime
) -> list[PersonLine]:
    rows = {row.participant_id: row for row in await attendance.rows(db, session, now)}
    lines = []
    for person in everybody:
        row = rows[person.id]
        engagement = row.engagement
        lines.append(
            PersonLine(
                person=person,
                present=row.last_left_at is None and row.first_joined_at is not None,
                seconds=row.seconds,
                reconnects=row.reconnects,
                talk_seconds=engagement.get("talk_seconds", 0.0),
                talk_share=engagement.get("talk_share", 0.0),
                hands=engagement.get("hand_raises", 0),
                chats=engagement.get("chat_messages", 0),
            )
        )
    return lines


def _said(said: list[Utterance], everybody: list[Participant]) -> list[SaidLine]:
    names = {identity_of(person.id): (person.name, person.role.value) for person in everybody}
    return [SaidLine(utterance, *names.get(utterance.identity, ("Guest", "observer"))) for utterance in said]


def _sections(statements: tuple[Statement, ...]) -> list[DraftSection]:
    found = [
        DraftSection(title, [s for s in statements if s.section == section])
        for section, title in SECTION_TITLES.items()
    ]
    return [section for section in found if section.statements]
