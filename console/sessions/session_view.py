"""The view model of the session page, read in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.frame import labels
from console.frame.case_people import people_in_cases
from console.frame.history import author
from console.frame.recording_gaps import RecordingGap, recording_gaps
from console.frame.texts import gettext, page_language
from console.frame.transcript_lines import TranscriptLine, transcript_lines
from console.sessions.lanes import Axis, Lane
from domain.cases.kinds import ExceptionKind
from domain.intervals import Interval
from domain.people.roles import Role, identity_of
from domain.record.artefacts import ArtefactState, ArtefactStatus
from domain.record.audience_rule import AudienceRule
from domain.record.documentation import Section, Statement
from domain.record.transcript import Utterance
from domain.scheduling.offers import SubstitutionState
from domain.sessions.admission import in_force
from domain.sessions.board import Recording, board_row
from domain.sessions.cancellations import CancelReason
from domain.sessions.states import OVER_STATES, ROOM_STATES, SessionState, Trigger, allowed
from domain.sessions.timeline import Outcome
from models.class_file import ClassFile
from models.course import Course
from models.documentation import Documentation
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.people import Instructor
from models.record import AttendanceRow
from models.repositories import (
    board,
    cases,
    class_files,
    documents,
    entities,
    events,
    names,
    notices,
    recordings,
    series,
    sessions,
    substitutions,
)
from models.repositories.class_swaps import SwapRow
from models.session import Participant, Session, TimelineRow
from models.substitution import Substitution, SubstitutionOffer
from models.volunteer_call import VolunteerCall
from reports.briefings import Sections, read_briefing
from reports.statements import statement_text
from services import artefacts, attendance, swaps
from services.reach import unreachable
from services.recording_coverage import recording_coverage
from services.volunteer_calls import open_call

_SUBSTITUTION_TEXTS = {
    SubstitutionState.SEARCHING: "Looking for somebody who teaches this class.",
    SubstitutionState.NOBODY: "Everybody who could teach this class was asked, and nobody has taken it.",
    SubstitutionState.WITHDRAWN: "Nobody is looked for any more.",
}


@dataclass(frozen=True)
class TimelineLine:
    title: str
    note: str
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
    def counts_as(self) -> str | None:
        """present or absent, as the school has set it or by the rule of the class; None: not decided."""
        return attendance.status_of(self.row, self.person) if self.person.role == Role.STUDENT else None

    @property
    def is_late(self) -> bool:
        return bool(self.row.late_seconds)

    @property
    def left_early(self) -> bool:
        return bool(self.row.left_early_seconds)

    @property
    def disputed(self) -> bool:
        """Whether LiveKit denies a connection that other evidence shows."""
        return any(connection.get("disputed") for connection in self.row.connections)

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
class ChatLine:
    sender: str
    sent_at: datetime
    text: str


@dataclass(frozen=True)
class DraftSection:
    title: str
    statements: list[Statement]


@dataclass(frozen=True)
class OfferLine:
    name: str
    row: SubstitutionOffer


@dataclass(frozen=True)
class SubstitutionLine:
    """A search for another instructor. Staff alone see it, whose pages are in English."""

    row: Substitution
    absent: str  # in whose place somebody is to teach
    accepted_by: str
    offers: list[OfferLine]

    @property
    def text(self) -> str:
        if self.row.state == SubstitutionState.ACCEPTED:
            return f"{self.accepted_by} has taken over from {self.absent}."
        return _SUBSTITUTION_TEXTS[self.row.state]


@dataclass(frozen=True)
class ArtefactLine:
    """What has become of an artefact; `people` are the speaker of a track, or who is missing in the transcript."""

    status: ArtefactStatus
    people: list[str]

    @property
    def title(self) -> str:
        return gettext(labels.ARTEFACTS[self.status.artefact])

    @property
    def reason(self) -> str:
        return gettext(labels.ARTEFACT_REASONS[self.status.reason])


@dataclass(frozen=True)
class SessionView:
    session: Session
    course: Course
    timeline: list[TimelineLine]
    axis: Axis
    people: list[PersonLine]
    transcript: list[TranscriptLine]
    chat: list[ChatLine]
    documentation: Documentation | None
    sections: list[DraftSection]
    students: dict[UUID, str]  # names by student id
    warnings: int  # number of statements about students who are not in their audience
    notices: list[Notice]
    cases: list[ExceptionCase]
    people_in_cases: dict[str, str]  # names by id
    next_briefing: Sections
    recording: Recording
    gaps: list[RecordingGap]
    artefacts: list[ArtefactLine]  # none before the class is over
    files: list[ClassFile]
    substitutions: list[SubstitutionLine]  # the latest first
    swaps: list[SwapRow]  # colleagues have offered, and nobody has answered
    call: VolunteerCall | None  # that is open
    not_told: list[str]  # names of the students whom no message reaches
    series_id: UUID | None  # that the class belongs to
    overridden: str  # the rules about the instructor that were set aside, why and by whom

    @property
    def live(self) -> bool:
        return self.session.state in ROOM_STATES

    def kept_out(self, person: Participant) -> bool:
        """Whether the person was removed from the room, which is open, and can be let back in."""
        if not person.in_class:
            return self.live and person.role == Role.INSTRUCTOR  # replaced by who teaches now
        return self.live and in_force(person.sent_out_at, self.session.occurrence_since)

    @property
    def over(self) -> bool:
        return self.session.state in OVER_STATES

    @property
    def taken_place(self) -> bool:
        """Whether somebody who was not in the class has missed it, or is missing it."""
        return self.session.state not in (SessionState.SCHEDULED, SessionState.OPEN, SessionState.CANCELLED)

    @property
    def cancellation(self) -> str:
        """The reason for which the class was cancelled; empty if none was given."""
        reason = self.session.cancel_reason or CancelReason.UNSPECIFIED
        return "" if reason == CancelReason.UNSPECIFIED else labels.cancellation_label(reason)

    @property
    def open_cases(self) -> int:
        return sum(case.resolved_at is None for case in self.cases)

    @property
    def ended_early(self) -> bool:
        """Whether somebody has to decide if the class goes on."""
        early = ExceptionKind.CLASS_ENDED_EARLY
        return any(case.kind == early and case.resolved_at is None for case in self.cases)

    @property
    def to_approve(self) -> int | None:
        """The revision that waits for approval; None if none does."""
        if self.documentation and self.session.state == SessionState.REVIEW:
            return self.documentation.revision
        return None

    def readers(self, statement: Statement) -> str:
        """Who reads a statement; empty if everybody does, or the class has one family."""
        return labels.audience_label(statement.audience, self.students)

    def text(self, statement: Statement) -> str:
        """The text of a statement; the sentence about a check is in the language of the page."""
        return statement_text(statement, page_language())

    def occasion(self, case: ExceptionCase) -> str:
        """What sets a case apart from others of its kind."""
        return labels.occasion_label(case.kind, case.occasion, self.people_in_cases)

    def may(self, trigger: str) -> bool:
        """Whether the session's state allows this trigger."""
        return allowed(self.session.state, Trigger(trigger))


async def session_view(db: AsyncSession, session: Session, now: datetime) -> SessionView:
    session_id = session.id
    participants = await sessions.participants(db, session_id)
    utterances = await recordings.transcript(db, session_id)
    documentation = await documents.documentation(db, session_id)
    statements: tuple[Statement, ...] = ()
    if documentation:
        statements = await documents.statements(db, session_id, documentation.revision)
    speakers = {utterance.id: utterance.identity for utterance in utterances}
    rule = AudienceRule(sessions.class_students(participants), speakers)
    timeline = await sessions.timeline(db, session_id)
    session_cases = await cases.of_session(db, session_id)
    attended = {row.participant_id: row for row in await attendance.rows(db, session, now)}
    coverage = await recording_coverage(db, session, now)
    axis = Axis.of(session, attended.values(), now)
    sent = await notices.of_session(db, session_id)
    return SessionView(
        session=session,
        course=await entities.get(db, Course, session.course_id),
        timeline=[_timeline_line(row) for row in timeline if _is_shown(session, row)],
        axis=axis,
        people=_people(participants, attended, utterances, coverage.unheard if coverage else {}, axis, now),
        transcript=transcript_lines(utterances, participants),
        chat=await _chat(db, session, participants),
        documentation=documentation,
        sections=_sections(statements),
        students={student.id: student.name for student in sessions.class_students(participants)},
        warnings=len(rule.warnings(statements)),
        notices=sent,
        cases=session_cases,
        people_in_cases=await people_in_cases(db, session_cases),
        next_briefing=await _next_briefing(db, session, now),
        recording=await _recording(db, session, now),
        gaps=recording_gaps(coverage, participants),
        artefacts=_artefact_lines(
            await artefacts.judged(
                db,
                session,
                attended=attended.values(),
                coverage=coverage,
                transcript=utterances,
                documentation=documentation,
                statements=len(statements),
                sent=sent,
                timeline=timeline,
            ),
            participants,
        )
        if session.state in OVER_STATES
        else [],
        files=(await class_files.of_sessions(db, [session_id])).get(session_id, []),
        substitutions=await _substitutions(db, session_id),
        swaps=await swaps.open_of(db, [session_id], now),
        call=await open_call(db, session_id, now),
        not_told=[person.name for person in await unreachable(db, participants)],
        overridden=await _overridden(db, session),
        series_id=await series.id_of_session(db, session.id),
    )


def _artefact_lines(
    statuses: Iterable[ArtefactStatus], participants: Iterable[Participant]
) -> list[ArtefactLine]:
    """Tracks on which nobody's microphone was on say nothing."""
    called = {identity_of(person.id): person.name for person in participants}
    return [
        ArtefactLine(status, [called.get(who, gettext("Guest")) for who in _speakers(status)])
        for status in statuses
        if status.identity is None or status.state != ArtefactState.NOT_NEEDED
    ]


def _speakers(status: ArtefactStatus) -> Sequence[str]:
    return (status.identity,) if status.identity else status.speakers


async def _overridden(db: AsyncSession, session: Session) -> str:
    if not session.override_reason or not session.overridden_by:
        return ""
    rules = ", ".join(labels.INSTRUCTOR_RULES[rule] for rule in session.overridden_rules)
    who = author(session.overridden_by, await names.of_actors(db, {session.overridden_by}))
    return f"Booked although the instructor is {rules}: “{session.override_reason}”, {who}"


async def _substitutions(db: AsyncSession, session_id: UUID) -> list[SubstitutionLine]:
    rows = await substitutions.of_session(db, session_id)
    if not rows:
        return []
    offers = await substitutions.offers(db, [row.id for row in rows])
    asked = {offer.instructor_id for offer in offers} | {row.accepted_by_id for row in rows}
    asked |= {row.absent_instructor_id for row in rows}
    called = await names.of(db, Instructor, [key for key in asked if key])
    return [
        SubstitutionLine(
            row,
            called.get(row.absent_instructor_id, ""),
            called.get(row.accepted_by_id, "") if row.accepted_by_id else "",
            [
                OfferLine(called.get(offer.instructor_id, ""), offer)
                for offer in offers
                if offer.substitution_id == row.id
            ],
        )
        for row in rows
    ]


async def _chat(db: AsyncSession, session: Session, participants: Iterable[Participant]) -> list[ChatLine]:
    names = {identity_of(person.id): person.name for person in participants}
    messages, _ = await events.chat(db, session.id, since=session.occurrence_since)
    names[""] = gettext("The school")
    return [
        ChatLine(names.get(message.identity, gettext("Guest")), message.sent_at, message.text)
        for message in messages
    ]


async def _recording(db: AsyncSession, session: Session, now: datetime) -> Recording:
    """As the live board shows it."""
    if session.state not in ROOM_STATES:
        return Recording.NONE
    facts = await board.facts(db, now, [session.id])
    return board_row(facts[0], now).recording if facts else Recording.NONE


async def _next_briefing(db: AsyncSession, session: Session, now: datetime) -> Sections:
    briefing = await documents.briefing_from(db, session.id)
    if briefing is None:
        return []
    return read_briefing(briefing.content, language=page_language(), time_zone=session.time_zone, now=now)


def _is_shown(session: Session, row: TimelineRow) -> bool:
    """Hides steps that a reschedule replaced; shows those that a cancellation cancelled."""
    return row.outcome != Outcome.CANCELLED or session.state == SessionState.CANCELLED


def _timeline_line(row: TimelineRow) -> TimelineLine:
    return TimelineLine(
        labels.step_label(row.step, row.occasion), labels.timeline_note(row.step, row.outcome, row.note), row
    )


def _people(
    participants: list[Participant],
    attended: dict[UUID, AttendanceRow],
    utterances: Iterable[Utterance],
    unheard: Mapping[str, Sequence[Interval]],
    axis: Axis,
    now: datetime,
) -> list[PersonLine]:
    talk: dict[str, list[Interval]] = defaultdict(list)
    for utterance in utterances:
        talk[utterance.identity].append(Interval(utterance.starts_at, utterance.ends_at))
    return [
        PersonLine(person, row, axis.lane(row, talk[identity], unheard.get(identity, ()), now))
        for person in participants
        if (row := attended.get(person.id)) and (identity := identity_of(person.id))
    ]


def _sections(statements: tuple[Statement, ...]) -> list[DraftSection]:
    sections = [
        DraftSection(gettext(labels.SECTIONS[section]), [s for s in statements if s.section == section])
        for section in Section
    ]
    return [section for section in sections if section.statements]
