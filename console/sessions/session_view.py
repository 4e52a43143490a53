"""What the session page shows, read in one transaction."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.frame import titles
from console.frame.spoken_lines import SaidLine, said
from console.sessions.lanes import Axis, Lane
from domain.cases.kinds import ExceptionKind
from domain.intervals import Interval
from domain.people.roles import identity_of
from domain.record.documentation import Section, Statement
from domain.record.transcript import Utterance
from domain.sessions.states import ROOM_STATES, SessionState, Trigger, allowed
from domain.sessions.timeline import Outcome, Step
from models.course import Course
from models.documentation import Documentation
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.record import AttendanceRow
from models.repositories import cases, documents, entities, notices, people, recordings, sessions
from models.session import Participant, Session, TimelineRow
from reports.briefings import Sections, read_briefing
from services import attendance


@dataclass(frozen=True)
class TimelineLine:
    title: str
    row: TimelineRow


@dataclass(frozen=True)
class PersonLine:
    person: Participant
    row: AttendanceRow
    lane: Lane

    @property
    def present(self) -> bool:
        return self.row.last_left_at is None and self.row.first_joined_at is not None

    @property
    def talk_seconds(self) -> float:
        return float(self.row.engagement.get("talk_seconds", 0.0))

    @property
    def talk_share(self) -> float:
        return float(self.row.engagement.get("talk_share", 0.0))

    @property
    def hands(self) -> int:
        return int(self.row.engagement.get("hand_raises", 0))

    @property
    def chats(self) -> int:
        return int(self.row.engagement.get("chat_messages", 0))


@dataclass(frozen=True)
class DraftSection:
    title: str
    statements: list[Statement]


@dataclass(frozen=True)
class SessionView:
    session: Session
    course: Course
    timeline: list[TimelineLine]
    axis: Axis
    people: list[PersonLine]
    transcript: list[SaidLine]
    documentation: Documentation | None
    sections: list[DraftSection]
    notices: list[Notice]
    cases: list[ExceptionCase]
    names: dict[str, str]  # of instructors a case is about, by id
    next_briefing: Sections
    recording: bool

    @property
    def live(self) -> bool:
        return self.session.state in ROOM_STATES

    @property
    def open_cases(self) -> int:
        return sum(case.state == "open" for case in self.cases)

    @property
    def to_approve(self) -> int | None:
        """The revision that waits for a decision."""
        if self.documentation and self.session.state == SessionState.REVIEW:
            return self.documentation.revision
        return None

    def may(self, trigger: str) -> bool:
        """Whether the session's state allows what this trigger stands for."""
        return allowed(self.session.state, Trigger(trigger))


async def session_view(db: AsyncSession, session: Session, now: datetime) -> SessionView:
    session_id = session.id
    everybody = await sessions.participants(db, session_id)
    utterances = await recordings.transcript(db, session_id)
    documentation = await documents.documentation(db, session_id)
    statements: tuple[Statement, ...] = ()
    if documentation:
        statements = await documents.statements(db, session_id, documentation.revision)
    timeline = await sessions.timeline(db, session_id)
    opened = await cases.of_session(db, session_id)
    attended = {row.participant_id: row for row in await attendance.rows(db, session, now)}
    axis = Axis.of(session, attended.values(), now)
    return SessionView(
        session=session,
        course=await entities.get(db, Course, session.course_id),
        timeline=[TimelineLine(_title(row), row) for row in timeline if _shown(session, row)],
        axis=axis,
        people=_people(everybody, attended, utterances, axis, now),
        transcript=said(utterances, everybody),
        documentation=documentation,
        sections=_sections(statements),
        notices=await notices.of_session(db, session_id),
        cases=opened,
        names=await _names(db, opened),
        next_briefing=await _next_briefing(db, session),
        recording=any(row.step == Step.CAPTURE and row.outcome == Outcome.RUNNING for row in timeline),
    )


async def _names(db: AsyncSession, opened: list[ExceptionCase]) -> dict[str, str]:
    if not any(case.kind == ExceptionKind.SUBSTITUTION_REQUESTED for case in opened):
        return {}
    return {str(one.id): one.name for one in await people.instructors(db)}


async def _next_briefing(db: AsyncSession, session: Session) -> Sections:
    briefing = await documents.briefing_from(db, session.id)
    return read_briefing(briefing.content, language="en", time_zone=session.time_zone) if briefing else []


def _shown(session: Session, row: TimelineRow) -> bool:
    """What a new plan replaced is not shown, what a cancellation called off is."""
    return row.outcome != Outcome.CANCELLED or session.state == SessionState.CANCELLED


def _title(row: TimelineRow) -> str:
    title = titles.STEPS[row.step]
    return f"{title} ({row.occasion} before)" if row.step == Step.REMINDER else title


def _people(
    everybody: list[Participant],
    attended: dict[UUID, AttendanceRow],
    utterances: Iterable[Utterance],
    axis: Axis,
    now: datetime,
) -> list[PersonLine]:
    talk: dict[str, list[Interval]] = defaultdict(list)
    for one in utterances:
        talk[one.identity].append(Interval(one.starts_at, one.ends_at))
    return [
        PersonLine(person, row, axis.lane(row, talk[identity_of(person.id)], now))
        for person in everybody
        if (row := attended.get(person.id))
    ]


def _sections(statements: tuple[Statement, ...]) -> list[DraftSection]:
    found = [
        DraftSection(titles.SECTIONS[section], [s for s in statements if s.section == section])
        for section in Section
    ]
    return [section for section in found if section.statements]
