"""The record of a session: attendance, recordings, transcript, documentation, notices, exceptions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, VisibleSession, Work
from api.http.idempotency import ApiRoute, CommandId
from api.schemas.exceptions import CaseOut
from api.schemas.records import (
    ArtefactOut,
    AttendanceOut,
    AudienceWarning,
    ChatMessageOut,
    DocumentationOut,
    DoubtfulNumberOut,
    EngagementOut,
    NoticeOut,
    ParticipantOut,
    RecordingOut,
    RevisionMade,
    RevisionOut,
    SegmentOut,
    UnheardOut,
    UtteranceOut,
    WholeRevisionOut,
)
from domain.errors import NotFound
from domain.people.access import Permission
from domain.record.doubtful_numbers import doubtful_numbers
from domain.sessions.states import FINAL_STATES, SessionState
from drafting.audience import languages_without_rules
from models.repositories import cases, documents, events, notices, recordings, sessions
from services import artefacts
from services import attendance as attendance_now
from services.audio_clips import cut
from services.inputs.attendance import AttendanceIn
from services.inputs.documentation import ChangesWanted, Decision, Revision, RevisionIn
from services.recording_coverage import recording_coverage
from signing.links import CONTENT_LINK_TTL, RecordingLink

router = APIRouter(prefix="/v1/sessions/{session_id}", tags=["records"], route_class=ApiRoute)
RECORD, TRANSCRIPT = [needs(Permission.RECORD_READ)], [needs(Permission.TRANSCRIPT_READ)]
DOCUMENTATION, REVIEW = [needs(Permission.DOCUMENTATION_READ)], [needs(Permission.DOCUMENTATION_REVIEW)]


@router.get("/attendance", dependencies=RECORD)
async def attendance(session: VisibleSession, db: Work, now: Now) -> list[AttendanceOut]:
    """List attendance per participant, up to date during the class too. A cancelled class has no absentees."""
    people = {person.id: person for person in await sessions.participants(db, session.id)}
    rows = await attendance_now.rows(db, session, now)
    if session.state == SessionState.CANCELLED:
        rows = [row for row in rows if row.connections]
    return [
        AttendanceOut.of(
            row,
            people[row.participant_id],
            excused=not row.came and people[row.participant_id].is_excused(session.starts_at),
        )
        for row in rows
    ]


@router.put("/attendance/{participant_id}", status_code=204, dependencies=[needs(Permission.SESSIONS_WRITE)])
async def set_attendance(
    session_id: UUID, participant_id: UUID, said: AttendanceIn, who: TheCaller, shared: Shared, now: Now
) -> None:
    """Set whether a student was present in a class that is over. The measured values stay beside it."""
    await shared.attendance_overrides.set(who, session_id, participant_id, said.status, said.reason, now)


@router.delete(
    "/attendance/{participant_id}", status_code=204, dependencies=[needs(Permission.SESSIONS_WRITE)]
)
async def forget_set_attendance(
    session_id: UUID, participant_id: UUID, who: TheCaller, shared: Shared, now: Now
) -> None:
    """Let the measured attendance of a student count again."""
    await shared.attendance_overrides.forget(who, session_id, participant_id)


@router.get("/participants", dependencies=RECORD)
async def participants(session: VisibleSession, db: Work, now: Now) -> list[ParticipantOut]:
    """List who is expected and who is present. Who was removed is listed only if they had been in the room."""
    attended = {row.participant_id: row for row in await attendance_now.rows(db, session, now)}
    over = session.ended_at is not None or session.state in FINAL_STATES
    people = await sessions.participants(db, session.id)
    cancelled = session.state == SessionState.CANCELLED
    return [
        ParticipantOut.of(session, person, attended.get(person.id), over=over, cancelled=cancelled)
        for person in people
        if person.in_class or person.id in attended
    ]


@router.get("/engagement", dependencies=RECORD)
async def engagement(session: VisibleSession, db: Work, now: Now) -> list[EngagementOut]:
    """List engagement per participant, up to date during the class too."""
    roles = {person.id: person.role for person in await sessions.participants(db, session.id)}
    rows = await attendance_now.rows(db, session, now)
    return [EngagementOut.of(row, roles[row.participant_id]) for row in rows]


@router.get("/recordings", dependencies=TRANSCRIPT)
async def list_recordings(session: VisibleSession, db: Work, shared: Shared, now: Now) -> list[RecordingOut]:
    """List the audio of each participant, with links that work for 15 minutes, and what is missing of it."""
    expires_at = now + CONTENT_LINK_TTL
    by_identity: dict[str, list[SegmentOut]] = {}
    for segment in await recordings.segments(db, session.id):
        link = RecordingLink(session.organization_id, session.id, segment.key)
        url = shared.links.recording_url(link, expires_at)
        by_identity.setdefault(segment.identity, []).append(SegmentOut.of(segment, url))
    coverage = await recording_coverage(db, session, now)
    unheard = coverage.unheard if coverage else {}
    return [
        RecordingOut(
            participant_id=UUID(identity),
            links_expire_at=expires_at,
            segments=by_identity.get(identity, []),
            unheard=[UnheardOut.of(span) for span in unheard.get(identity, ())],
        )
        for identity in sorted(by_identity.keys() | unheard.keys())
    ]


@router.get("/artefacts", dependencies=RECORD)
async def list_artefacts(session: VisibleSession, db: Work, now: Now) -> list[ArtefactOut]:
    """List what has become of each artefact of the class: audio per track, transcript, draft, notices, attendance.

    Each has a state and the reason for it, counted from what is stored. `pending` is the only state that changes by
    itself; late audio and decisions of people change others.
    """
    return [ArtefactOut.of(status) for status in await artefacts.of_session(db, session, now)]


@router.get("/transcript", dependencies=TRANSCRIPT)
async def transcript(session: VisibleSession, db: Work) -> list[UtteranceOut]:
    """List what was said, in order, with words and times."""
    return [UtteranceOut.of(utterance) for utterance in await recordings.transcript(db, session.id)]


@router.get("/chat", dependencies=TRANSCRIPT)
async def chat(session: VisibleSession, db: Work) -> list[ChatMessageOut]:
    """List the chat messages, in order, during the class too. Those before a move of the class are left out."""
    messages, _ = await events.chat(db, session.id, since=session.occurrence_since)
    participants = [person.id for person in await sessions.participants(db, session.id)]
    return [ChatMessageOut.of(message, participants) for message in messages]


@router.get("/utterances/{utterance_id}/audio", response_class=Response, dependencies=TRANSCRIPT)
async def utterance_audio(session: VisibleSession, utterance_id: UUID, db: Work, shared: Shared) -> Response:
    """Download the audio of one utterance as WAV."""
    utterance = await recordings.utterance(db, session.id, utterance_id)
    segment = await recordings.segment_at(db, session.id, utterance.identity, utterance.starts_at)
    audio = await cut(shared.store, segment, utterance.starts_at, utterance.ends_at)
    return Response(audio, media_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/documentation", dependencies=DOCUMENTATION)
async def documentation(session: VisibleSession, db: Work) -> DocumentationOut:
    """Read the current revision of the documentation."""
    row = await documents.documentation(db, session.id)
    if row is None:
        raise NotFound(
            "this session has no documentation yet", next_step="It is drafted once the class is over."
        )
    statements = await documents.statements(db, session.id, row.revision)
    utterances = await recordings.transcript(db, session.id)
    rule = await documents.audience_rule(db, session.id)
    return DocumentationOut(
        status=row.status,
        revision=row.revision,
        changes_wanted=row.changes_wanted,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        statements=statements,
        warnings=[AudienceWarning.of(warning) for warning in rule.warnings(statements)],
        doubtful_numbers=[DoubtfulNumberOut.of(found) for found in doubtful_numbers(statements, utterances)],
        languages_without_rules=languages_without_rules(utterances),
        revisions=[RevisionOut.of(revision) for revision in await documents.revisions(db, session.id)],
    )


@router.get("/documentation/revisions/{revision}", dependencies=DOCUMENTATION)
async def read_revision(
    session: VisibleSession, revision: Annotated[Revision, Path()], db: Work
) -> WholeRevisionOut:
    row = await documents.revision(db, session.id, revision)
    fields = RevisionOut.of(row).model_dump()
    return WholeRevisionOut(**fields, statements=await documents.statements_of(db, row))


@router.post("/documentation/revisions", status_code=201, dependencies=REVIEW)
async def revise(
    session_id: UUID, revision: RevisionIn, who: TheCaller, shared: Shared, now: Now
) -> RevisionMade:
    """Save a new revision of the documentation.

    A statement without an audience goes to the students whom it names or quotes, else to everybody.
    """
    saved = await shared.documentation.revise(
        who,
        session_id,
        tuple(revision.statements),
        based_on=revision.based_on,
        reason=revision.reason,
        now=now,
    )
    warnings = [AudienceWarning.of(warning) for warning in saved.warnings]
    return RevisionMade(revision=saved.revision, warnings=warnings)


@router.post("/documentation/approve", status_code=204, dependencies=REVIEW)
async def approve(
    session_id: UUID, decision: Decision, who: TheCaller, shared: Shared, command: CommandId
) -> None:
    """Approve a revision. Guardians then get the summary."""
    await shared.documentation.approve(who, session_id, decision.revision, command)


@router.post("/documentation/request-changes", status_code=204, dependencies=REVIEW)
async def request_changes(
    session_id: UUID, request: ChangesWanted, who: TheCaller, shared: Shared, command: CommandId
) -> None:
    """Send a revision back with a reason."""
    await shared.documentation.request_changes(who, session_id, request.revision, request.reason, command)


@router.get("/notices", dependencies=RECORD)
async def list_notices(session: VisibleSession, db: Work) -> list[NoticeOut]:
    return [NoticeOut.of(row) for row in await notices.of_session(db, session.id)]


@router.get("/exceptions", dependencies=RECORD)
async def list_exceptions(session: VisibleSession, db: Work) -> list[CaseOut]:
    return [CaseOut.of(row) for row in await cases.of_session(db, session.id)]


@router.get("/next-briefing", dependencies=DOCUMENTATION)
async def next_briefing(session: VisibleSession, db: Work) -> dict[str, Any]:
    """Read the briefing for the instructor of the course's next class, written from this class."""
    row = await documents.briefing_from(db, session.id)
    if row is None:
        raise NotFound(
            "there is no briefing from this class yet",
            next_step="It is written once the class has been filed.",
        )
    return row.content
