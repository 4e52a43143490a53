"""The view model of the review page, read in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from console.frame import labels
from console.frame.recording_gaps import RecordingGap, recording_gaps
from console.frame.texts import gettext, page_language
from console.frame.transcript_lines import TranscriptLine, transcript_lines
from domain.errors import NotFound
from domain.people.access import Principal
from domain.record.audience_rule import OutsideAudience
from domain.record.documentation import DocumentationStatus, Statement
from domain.record.doubtful_numbers import DoubtfulNumber, doubtful_numbers
from domain.record.student_names import ClassStudent
from domain.record.transcript import Utterance
from domain.sessions.states import SessionState
from drafting.audience import languages_without_rules
from models.course import Course
from models.documentation import Documentation, DocumentationRevision
from models.repositories import documents, entities, names, recordings, sessions
from models.repositories.documents import WaitingDraft
from models.session import Session
from reports.moments import locale_of
from reports.statements import check_templates
from services import reviews
from services.drafts import ENGINE
from services.late_audio import LateSpeech, late_speech
from services.recording_coverage import recording_coverage

_STATEMENTS = TypeAdapter(tuple[Statement, ...])
_WARNINGS = TypeAdapter(list[OutsideAudience])
_DOUBTFUL = TypeAdapter(list[DoubtfulNumber])


@dataclass(frozen=True)
class ReviewView:
    session: Session
    course: Course
    documentation: Documentation
    statements: tuple[Statement, ...]
    revisions: list[DocumentationRevision]
    authors: dict[str, str]  # names of the revisions' authors, by actor
    students: tuple[ClassStudent, ...]
    warnings: list[OutsideAudience]
    doubtful: list[DoubtfulNumber]
    unruled: list[
        str
    ]  # languages without rules about whom a sentence speaks to; if there is anybody to tell apart
    transcript: list[TranscriptLine]
    gaps: list[RecordingGap]
    late: LateSpeech | None  # what was transcribed after the class had been documented
    waiting: WaitingDraft | None
    following: UUID | None  # the session to review after this one

    @property
    def waits(self) -> bool:
        return waits(self.session, self.documentation)

    @property
    def draft(self) -> dict[str, Any]:
        """The JSON that the editor in the browser starts from."""
        return {
            "session": str(self.session.id),
            "revision": self.documentation.revision,
            "waits": self.waits,
            "sections": list(labels.section_titles().items()),
            "next": f"/sessions/{self.following}/review" if self.following else "/review",
            "students": [{"id": str(student.id), "name": student.name} for student in self.students],
            "warnings": _WARNINGS.dump_python(self.warnings, mode="json"),
            "check_sentences": check_templates(page_language()),
            "doubtful": _DOUBTFUL.dump_python(self.doubtful, mode="json"),
            "statements": _STATEMENTS.dump_python(self.statements, mode="json"),
        }


def waits(session: Session, documentation: Documentation) -> bool:
    """Whether the draft waits for a decision."""
    return session.state == SessionState.REVIEW and documentation.status != DocumentationStatus.APPROVED


async def visible_draft(db: AsyncSession, who: Principal, session_id: UUID) -> tuple[Session, Documentation]:
    """The class and its documentation. Raises NotFound where there is no draft yet."""
    session = await sessions.get_visible(db, session_id, who)
    documentation = await documents.documentation(db, session_id)
    if documentation is None:
        raise NotFound(
            "this class has no draft yet",
            next_step="The draft is written once the class is over and transcribed.",
        )
    return session, documentation


async def review_view(
    db: AsyncSession, who: Principal, session_id: UUID, instructor_id: UUID | None, now: datetime
) -> ReviewView:
    """The draft with its transcript and revisions; `instructor_id` limits the queue to one instructor's drafts.

    Raises NotFound where there is no draft yet.
    """
    session, documentation = await visible_draft(db, who, session_id)
    participants = await sessions.participants(db, session_id)
    revisions = await documents.revisions(db, session_id)
    statements = await documents.statements(db, session_id, documentation.revision)
    rule = await documents.audience_rule(db, session_id)
    utterances = await recordings.transcript(db, session_id)
    students = sessions.class_students(participants)
    return ReviewView(
        session=session,
        course=await entities.get(db, Course, session.course_id),
        documentation=documentation,
        statements=statements,
        students=students,
        warnings=rule.warnings(statements),
        doubtful=doubtful_numbers(statements, utterances),
        unruled=_unruled(utterances) if len(students) > 1 else [],
        revisions=list(reversed(revisions)),
        authors=await _authors(db, {revision.author for revision in revisions}),
        transcript=transcript_lines(utterances, participants),
        late=await late_speech(db, session_id),
        gaps=recording_gaps(await recording_coverage(db, session, now), participants),
        waiting=await documents.waiting_draft(db, session_id),
        following=await reviews.next_after(db, session_id, instructor_id),
    )


def _unruled(utterances: Iterable[Utterance]) -> list[str]:
    names = locale_of(page_language()).languages
    return [names.get(code, code) for code in languages_without_rules(utterances)]


async def _authors(db: AsyncSession, actors: set[str]) -> dict[str, str]:
    people_and_keys = await names.of_actors(db, actors)
    engines = {
        actor: gettext("drafted by the %(engine)s engine", engine=actor.removeprefix(ENGINE))
        for actor in actors
        if actor.startswith(ENGINE)
    }
    return {actor: actor.replace(":", " ") for actor in actors} | engines | people_and_keys
