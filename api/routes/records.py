"""The record of a session."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.dependencies import Now, OwnSession, Shared, TheCaller, Work
from api.operations import attendance as attendance_now
from api.operations.audio import cut
from api.operations.commands import SessionCommands
from api.operations.documentation import DocumentationDesk
from api.schemas.records import (
    AttendanceOut,
    CaseOut,
    DocumentationOut,
    NoticeOut,
    RevisionMade,
    RevisionOut,
    UtteranceOut,
)
from api.schemas.sessions import ChangesWanted, Decision, RevisionIn
from api.state import State
from domain.errors import NotFound
from models.repositories import documents, notices, recordings, sessions

router = APIRouter(prefix="/v1/sessions/{session_id}", tags=["records"])


def desk(shared: State) -> DocumentationDesk:
    return DocumentationDesk(shared.database, SessionCommands(shared.temporal, shared.settings.region))


@router.get("/attendance")
async def attendance(session_id: UUID, db: Work, now: Now) -> list[AttendanceOut]:
    """Per participant; folded from the events as they are, so it is right during the class as well."""
    session = await sessions.get_session(db, session_id)
    roles = {person.id: person.role for person in await sessions.participants(db, session_id)}
    rows = await attendance_now.rows(db, session, now)
    return [AttendanceOut.of(row, roles[row.participant_id]) for row in rows]


@router.get("/transcript")
async def transcript(session_id: UUID, db: Work) -> list[UtteranceOut]:
    await sessions.get_session(db, session_id)
    return [UtteranceOut.of(utterance) for utterance in await recordings.transcript(db, session_id)]


@router.get("/utterances/{utterance_id}/audio", response_class=Response)
async def utterance_audio(session_id: UUID, utterance_id: UUID, db: Work, shared: Shared) -> Response:
    """The sound of one utterance as WAV."""
    utterance = await recordings.utterance(db, session_id, utterance_id)
    around = await recordings.segment_at(db, session_id, utterance.identity, utterance.starts_at)
    sound = await cut(shared.store, around, utterance.starts_at, utterance.ends_at)
    return Response(sound, media_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/documentation")
async def documentation(session_id: UUID, db: Work) -> DocumentationOut:
    row = await documents.documentation(db, session_id)
    if row is None:
        raise NotFound(
            "this session has no documentation yet", next_step="It is drafted when the class is over."
        )
    return DocumentationOut(
        status=row.status,
        revision=row.revision,
        changes_wanted=row.changes_wanted,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        statements=await documents.statements(db, session_id, row.revision),
        revisions=[RevisionOut.of(revision) for revision in await documents.revisions(db, session_id)],
    )


@router.post("/documentation/revisions", status_code=201)
async def revise(
    session_id: OwnSession, revision: RevisionIn, who: TheCaller, shared: Shared, now: Now
) -> RevisionMade:
    made = await desk(shared).revise(
        who.organization_id,
        session_id,
        tuple(revision.statements),
        based_on=revision.based_on,
        author=who.actor,
        reason=revision.reason,
        now=now,
    )
    shared.notifier.changed(session_id)
    return RevisionMade(revision=made)


@router.post("/documentation/approve", status_code=204)
async def approve(session_id: OwnSession, decision: Decision, who: TheCaller, shared: Shared) -> None:
    """Only after this does the summary go to the guardians."""
    await desk(shared).approve(session_id, decision.revision, who.actor)


@router.post("/documentation/request-changes", status_code=204)
async def request_changes(
    session_id: OwnSession, wanted: ChangesWanted, who: TheCaller, shared: Shared
) -> None:
    await desk(shared).request_changes(
        who.organization_id, session_id, wanted.revision, wanted.reason, who.actor
    )


@router.get("/notices")
async def list_notices(session_id: UUID, db: Work) -> list[NoticeOut]:
    await sessions.get_session(db, session_id)
    return [NoticeOut.of(row) for row in await notices.of_session(db, session_id)]


@router.get("/exceptions")
async def list_exceptions(session_id: UUID, db: Work) -> list[CaseOut]:
    await sessions.get_session(db, session_id)
    return [CaseOut.of(row) for row in await notices.cases_of_session(db, session_id)]


@router.get("/next-briefing")
async def next_briefing(session_id: UUID, db: Work) -> dict[str, Any]:
    """What the instructor of the course's next class reads, made from this class."""
    row = await documents.briefing_from(db, session_id)
    if row is None:
        raise NotFound(
            "there is no briefing from this class yet", next_step="It is made when the class is filed."
        )
    return row.content
