"""The room page's API: LiveKit credentials for a join link, names, chat, and quality samples."""

import asyncio
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.dependencies import Now, Shared
from api.http.paging import MAX_LIMIT, Page
from api.schemas.joining import (
    ClassOut,
    Credentials,
    Features,
    LinkIn,
    MessageIn,
    MessageOut,
    PersonOut,
    Samples,
)
from domain.people.roles import Role, identity_of
from models.repositories.events import read_chat_position, write_chat_position
from models.session import Participant
from services.joining import message_event, sample_events


class ChatQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    t: str = Field(max_length=4096, description="The link.")
    cursor: str | None = Field(None, max_length=1000, description="`next_cursor` of the previous page.")
    limit: int = Field(MAX_LIMIT, ge=1, le=MAX_LIMIT)


router = APIRouter(prefix="/v1/join/{session_id}", tags=["joining"])


@router.post("/credentials")
async def credentials(session_id: UUID, link_in: LinkIn, shared: Shared, now: Now) -> Credentials:
    """Exchange a join link for LiveKit credentials while the class is open."""
    entry = await shared.joining.enter(link_in.link, session_id, now)
    return Credentials(
        livekit_url=shared.settings.livekit_public_url,
        token=entry.token,
        identity=identity_of(entry.person.id),
        role=entry.person.role,
        class_=ClassOut.of(entry.session, entry.course),
        people=_by_identity(entry.participants),
        features=Features(screen_share=entry.person.role == Role.INSTRUCTOR),
    )


@router.get("/people")
async def people_in_class(session_id: UUID, t: str, shared: Shared, now: Now) -> dict[str, PersonOut]:
    """List the people of the class by LiveKit identity."""
    return _by_identity(await shared.joining.people(t, session_id, now))


@router.get("/chat")
async def read_chat(
    session_id: UUID, query: Annotated[ChatQuery, Query()], shared: Shared, now: Now
) -> Page[MessageOut]:
    """List the chat messages of the class, oldest first, while the class is open."""
    after = read_chat_position(query.cursor) if query.cursor is not None else None
    messages, last = await shared.joining.chat(query.t, session_id, now, after, query.limit)
    next_cursor = write_chat_position(last) if last else None
    return Page(items=[MessageOut.of(message) for message in messages], next_cursor=next_cursor)


@router.post("/chat", status_code=202, response_class=Response)
async def send_message(session_id: UUID, message: MessageIn, shared: Shared, now: Now) -> Response:
    """Record a chat message that the page has sent over LiveKit. A repeated message is recorded once."""
    holder = await shared.joining.admit(message.link, session_id, now)
    await shared.join_limits.message(session_id, holder.participant_id)
    await shared.recorder.record(message_event(holder, message, now))
    return Response(status_code=202)


@router.post("/quality", status_code=202, response_class=Response)
async def quality(session_id: UUID, samples: Samples, shared: Shared, now: Now) -> Response:
    """Record quality samples while the class is open. Repeated samples are recorded once.

    If the last sample is in the future, the device's clock is fast, and all samples are shifted back by as much.
    """
    holder = await shared.joining.admit(samples.link, session_id, now)
    await shared.join_limits.samples(session_id, holder.participant_id, len(samples.samples))
    recorded = sample_events(holder, samples.samples, now)
    await asyncio.gather(*(shared.recorder.record(event) for event in recorded))
    return Response(status_code=202)


def _by_identity(everybody: Iterable[Participant]) -> dict[str, PersonOut]:
    return {identity_of(person.id): PersonOut(name=person.name, role=person.role) for person in everybody}
