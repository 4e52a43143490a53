"""The room page's API: LiveKit credentials for a join link, names, chat, quality samples, and moderation."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.dependencies import Now, Shared
from api.http.paging import MAX_LIMIT, Page
from api.http.stream_access import stream_access
from api.live.streams import LiveStream
from api.schemas.joining import (
    ClassOut,
    Credentials,
    Features,
    LinkIn,
    LockIn,
    MessageIn,
    MessageOut,
    MutedOut,
    PersonIn,
    PersonOut,
    Samples,
    TargetIn,
)
from domain.people.roles import Role, identity_of
from domain.sessions.admission import in_force
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
        language=entry.language,
        class_=ClassOut.of(entry.session, entry.course),
        people=_by_identity(entry.participants, entry.names, entry.session.occurrence_since),
        features=Features(captions=entry.captions, screen_share=entry.person.role == Role.INSTRUCTOR),
    )


@router.get("/class")
async def class_now(
    session_id: UUID, t: Annotated[str, Query(max_length=4096)], shared: Shared, now: Now
) -> ClassOut:
    """Read the class as it is now: it can be extended or locked while people are in it."""
    return ClassOut.of(*await shared.joining.class_now(t, session_id, now))


@router.get("/people")
async def people_in_class(
    session_id: UUID, t: Annotated[str, Query(max_length=4096)], shared: Shared, now: Now
) -> dict[str, PersonOut]:
    """List the people of the class by LiveKit identity, while the class is open.

    Students and guests read the students' forenames, unless the rule `student_names` is `full`.
    """
    session, people, names = await shared.joining.people(t, session_id, now)
    return _by_identity(people, names, session.occurrence_since)


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


@router.get(
    "/captions",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_captions(
    request: Request, session_id: UUID, t: Annotated[str, Query(max_length=4096)], shared: Shared, now: Now
) -> Response:
    """Stream what is said in the class as server-sent events `captions`, as soon as it is transcribed.

    `data` is an array of objects with `id`, `identity`, `spoken_at`, `text` and `language`. The first event
    has what was said last. The stream ends with the class, and when the link is no longer valid.
    """
    holder = await shared.joining.admit_to_captions(t, session_id, now)
    await shared.join_limits.stream(holder.participant_id)
    access = stream_access(
        request, lambda: shared.joining.admit_to_captions(t, session_id, datetime.now(UTC))
    )
    return LiveStream(shared.captions.stream(t, holder), {"Cache-Control": "no-store"}, access)


@router.post("/quality", status_code=202, response_class=Response)
async def quality(session_id: UUID, samples: Samples, shared: Shared, now: Now) -> Response:
    """Record quality samples while the class is open. Repeated samples are recorded once.

    If the last sample is in the future or more than five minutes ago, the device's clock is wrong, and all samples are
    shifted by as much. Samples from more than five minutes before the last one are left out.
    """
    holder = await shared.joining.admit(samples.link, session_id, now)
    await shared.join_limits.samples(session_id, holder.participant_id, len(samples.samples))
    changes = sum(sample.event is not None for sample in samples.samples)
    keep_changes = await shared.join_limits.allows_fallbacks(holder.participant_id, changes)
    recorded = sample_events(holder, samples.samples, now, keep_changes=keep_changes)
    await asyncio.gather(*(shared.recorder.record(event) for event in recorded))
    return Response(status_code=202)


@router.post("/mute")
async def mute(session_id: UUID, target: TargetIn, shared: Shared, now: Now) -> MutedOut:
    """Mute one person or everybody, as the instructor of the class. People can unmute themselves."""
    return MutedOut(muted=await shared.moderation.mute(target.link, session_id, target.participant_id, now))


@router.post("/lower-hands", status_code=204)
async def lower_hands(session_id: UUID, target: TargetIn, shared: Shared, now: Now) -> None:
    """Lower one hand or all, as the instructor of the class."""
    await shared.moderation.lower_hands(target.link, session_id, target.participant_id, now)


@router.post("/remove", status_code=204)
async def remove(session_id: UUID, person: PersonIn, shared: Shared, now: Now) -> None:
    """Remove a person from the class, as its instructor. Their join link is refused until they are readmitted."""
    await shared.moderation.remove(person.link, session_id, person.participant_id, now)


@router.post("/readmit", status_code=204)
async def readmit(session_id: UUID, person: PersonIn, shared: Shared, now: Now) -> None:
    """Let a removed person in again, as the instructor of the class."""
    await shared.moderation.readmit(person.link, session_id, person.participant_id, now)


@router.post("/lock", status_code=204)
async def lock(session_id: UUID, wanted: LockIn, shared: Shared, now: Now) -> None:
    """Let nobody new in, or open the class again, as its instructor. Who has been in the room can come back."""
    await shared.moderation.lock(wanted.link, session_id, wanted.locked, now)


@router.post("/end", status_code=204)
async def end(session_id: UUID, link_in: LinkIn, shared: Shared, now: Now) -> None:
    """End the class now, as its instructor. Refused before its planned start."""
    await shared.moderation.end(link_in.link, session_id, now)


def _by_identity(
    everybody: Iterable[Participant], names: Mapping[UUID, str], since: datetime | None
) -> dict[str, PersonOut]:
    return {
        identity_of(person.id): PersonOut(
            name=names[person.id], role=person.role, removed=in_force(person.sent_out_at, since)
        )
        for person in everybody
    }
