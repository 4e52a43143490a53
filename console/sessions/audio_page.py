"""The audio of an utterance, for the player."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.http.dependencies import Shared
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.viewers import CurrentUser
from domain.people.access import Permission
from models.repositories import recordings, sessions
from services.audio_clips import cut

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get(
    "/sessions/{session_id}/utterances/{utterance_id}.wav",
    dependencies=[permits(Permission.TRANSCRIPT_READ)],
)
async def utterance_audio(
    session_id: UUID,
    utterance_id: UUID,
    shared: Shared,
    who: CurrentUser,
    skip: Annotated[int, Query(alias="from", ge=0, le=3_600_000)] = 0,
) -> Response:
    """WAV of the utterance, from `from` milliseconds after its start to its end."""
    async with shared.database.tenant(who.organization_id) as db:
        await sessions.get_visible(db, session_id, who)
        utterance = await recordings.utterance(db, session_id, utterance_id)
        segments = await recordings.segment_at(db, session_id, utterance.identity, utterance.starts_at)
    start = min(utterance.starts_at + timedelta(milliseconds=skip), utterance.ends_at)
    audio = await cut(shared.store, segments, start, utterance.ends_at)
    return Response(audio, media_type="audio/wav", headers={"Cache-Control": "private, max-age=3600"})
