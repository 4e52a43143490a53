"""The record of a session."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.http.authentication import needs
from api.http.dependencies import Now, SeenSession, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute, CommandId
from api.schemas.records import (
    AttendanceOut,
    CaseOut,
    DocumentationOut,
    EngagementOut,
    NoticeOut,
    ParticipantOut,
    RecordingOut,
    RevisionMade,
    RevisionOut,
    SegmentOut,
    UtteranceOut,
    WholeRevisionOut,
)
from domain.errors import NotFound
from domain.people.access import Permission
from domain.sessions.states import FINAL_STATES
from models.repositories import cases, documents, notices, recordings, sessions
from services import attendance as attendance_now
from services.audio_clips import cut
from services.inputs.documentation import ChangesWanted, Decision, Revision, RevisionIn
from signing.links import CONTENT_LINK_TTL, RecordingLink

router = APIRouter(prefix="/v1/sessions/{session_id}", tags=["records"], route_class=ApiRoute)
RECORD, TRANSCRIPT = [needs(Permission.RECORD_READ)], [needs(Permission.TRANSCRIPT_READ)]
DOCUMENTATION, REVIEW = [needs(Permission.DOCUMENTATION_READ)], [needs(Permission.DOCUMENTATION_REVIEW)]


@router.get("/attendance", dependencies=RECORD)
async def attendance(session: SeenSession, db: Work, now: Now) -> list[AttendanceOut]:
    """Per participant; folded from the events as they are, so it is right during the class as well."""
    roles = {person.id: person.role for person in await sessions.participants(db, session.id)}
    rows = await attendance_now.rows(db, session, now)
    return [AttendanceOut.of(row, roles[row.participant_id]) for row in rows]


@router.get("/participants", dependencies=RECORD)
async def participants(session: SeenSession, db: Work, now: Now) -> list[ParticipantOut]:
    """Who is expected, and who is there."""
    there = {row.participant_id: row for row in await attendance_now.rows(db, session, now)}
    over = session.ended_at is not None or session.state in FINAL_STATES
    people = await sessions.participants(db, session.id)
    return [ParticipantOut.of(person, there.get(person.id), over) for person in people]


@router.get("/engagement", dependencies=RECORD)
async def engagement(session: SeenSession, db: Work, now: Now) -> list[EngagementOut]:
    """Per participant, as far as the class has gone."""
    roles = {person.id: person.role for person in await sessions.participants(db, session.id)}
    rows = await attendance_now.rows(db, session, now)
    return [EngagementOut.of(row, roles[row.participant_id]) for row in rows]


@router.get("/recordings", dependencies=TRANSCRIPT)
async def list_recordings(session: SeenSession, db: Work, shared: Shared, now: Now) -> list[RecordingOut]:
    """The sound of each participant, with links that are good for 15 minutes."""
    expires_at = now + CONTENT_LINK_TTL
    found: dict[str, list[SegmentOut]] = {}
    for segment in await recordings.segments(db, session.id):
        link = RecordingLink(session.organization_id, session.id, segment.key)
        told = SegmentOut.of(segment, shared.links.recording_url(link, expires_at))
        found.setdefault(segment.identity, []).append(told)
    return [
        RecordingOut(participant_id=UUID(identity), links_expire_at=expires_at, segments=segments)
        for identity, segments in sorted(found.items())
    ]


@router.get("/transcript", dependencies=TRANSCRIPT)
async def transcript(session: SeenSession, db: Work) -> list[UtteranceOut]:
    return [UtteranceOut.of(utterance) for utterance in await recordings.transcript(db, session.id)]


@router.get("/utterances/{utterance_id}/audio", response_class=Response, dependencies=TRANSCRIPT)
async def utterance_audio(session: SeenSession, utterance_id: UUID, db: Work, shared: Shared) -> Response:
    """The sound of one utterance as WAV."""
    utterance = await recordings.utterance(db, session.id, utterance_id)
    around = await recordings.segment_at(db, session.id, utterance.identity, utterance.starts_at)
    sound = await cut(shared.store, around, utterance.starts_at, utterance.ends_at)
    return Response(sound, media_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/documentation", dependencies=DOCUMENTATION)
async def documentation(session: SeenSession, db: Work) -> DocumentationOut:
    row = await documents.documentation(db, session.id)
    if row is None:
        raise NotFound(
            "this session has no documentation yet", next_step="It is drafted once the class is over."
        )
    return DocumentationOut(
        status=row.status,
        revision=row.revision,
        changes_wanted=row.changes_wanted,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        statements=await documents.statements(db, session.id, row.revision),
        revisions=[RevisionOut.of(revision) for revision in await documents.revisions(db, session.id)],
    )


@router.get("/documentation/revisions/{revision}", dependencies=DOCUMENTATION)
async def read_revision(
    session: SeenSession, revision: Annotated[Revision, Path()], db: Work
) -> WholeRevisionOut:
    row = await documents.revision(db, session.id, revision)
    told = RevisionOut.of(row).model_dump()
    return WholeRevisionOut(**told, statements=documents.statements_of(row))


@router.post("/documentation/revisions", status_code=201, dependencies=REVIEW)
async def revise(
    session_id: UUID, revision: RevisionIn, who: TheCaller, shared: Shared, now: Now
) -> RevisionMade:
    made = await shared.documentation.revise(
        who,
        session_id,
        tuple(revision.statements),
        based_on=revision.based_on,
        reason=revision.reason,
        now=now,
    )
    return RevisionMade(revision=made)


@router.post("/documentation/approve", status_code=204, dependencies=REVIEW)
async def approve(
    session_id: UUID, decision: Decision, who: TheCaller, shared: Shared, command: CommandId
) -> None:
    """Only after this does the summary go to the guardians."""
    await shared.documentation.approve(who, session_id, decision.revision, command)


@router.post("/documentation/request-changes", status_code=204, dependencies=REVIEW)
async def request_changes(
    session_id: UUID, wanted: ChangesWanted, who: TheCaller, shared: Shared, command: CommandId
) -> None:
    await shared.documentation.request_changes(who, session_id, wanted.revision, wanted.reason, command)


@router.get("/notices", dependencies=RECORD)
async def list_notices(session: SeenSession, db: Work) -> list[NoticeOut]:
    return [NoticeOut.of(row) for row in await notices.of_session(db, session.id)]


@router.get("/exceptions", dependencies=RECORD)
async def list_exceptions(session: SeenSession, db: Work) -> list[CaseOut]:
    return [CaseOut.of(row) for row in await cases.of_session(db, session.id)]


@router.get("/next-briefing", dependencies=DOCUMENTATION)
async def next_briefing(session: SeenSession, db: Work) -> dict[str, Any]:
    """What the instructor of the course's next class reads, made from this class."""
    row = await documents.briefing_from(db, session.id)
    if row is None:
        raise NotFound(
            "there is no briefing from this class yet",
            next_step="It is written once the class has been filed.",
        )
    return row.content
