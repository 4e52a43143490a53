"""The room page's API: LiveKit credentials for a join link, display names, and quality samples."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field

from api.http.dependencies import Now, Shared
from domain.people.roles import Role, identity_of
from domain.sessions.states import SessionState
from models.session import Participant
from services.inputs.fields import Schema
from services.inputs.joining import Sample

router = APIRouter(prefix="/v1/join/{session_id}", tags=["joining"])


class LinkIn(Schema):
    link: str = Field(max_length=4096)


class PersonOut(Schema):
    name: str
    role: Role


class ClassOut(Schema):
    title: str
    course: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    state: SessionState
    time_zone: str


class Features(Schema):
    chat: bool = True
    screen_share: bool


class Credentials(Schema):
    livekit_url: str
    token: str
    identity: str
    role: Role
    class_: ClassOut = Field(serialization_alias="class")
    people: dict[str, PersonOut]
    features: Features
    recorded: bool = True


class Samples(LinkIn):
    samples: list[Sample] = Field(max_length=120)


@router.post("/credentials")
async def credentials(session_id: UUID, link_in: LinkIn, shared: Shared, now: Now) -> Credentials:
    """Exchange a join link for LiveKit credentials while the class is open."""
    entry = await shared.joining.enter(link_in.link, session_id, now)
    return Credentials(
        livekit_url=shared.settings.livekit_public_url,
        token=entry.token,
        identity=identity_of(entry.person.id),
        role=entry.person.role,
        class_=ClassOut(
            title=entry.session.title,
            course=entry.course.title,
            starts_at=entry.session.starts_at,
            ends_at=entry.session.ends_at,
            state=entry.session.state,
            time_zone=entry.session.time_zone,
        ),
        people=_by_identity(entry.participants),
        features=Features(screen_share=entry.person.role == Role.INSTRUCTOR),
    )


@router.get("/people")
async def people_in_class(session_id: UUID, t: str, shared: Shared, now: Now) -> dict[str, PersonOut]:
    """List the people of the class by LiveKit identity."""
    return _by_identity(await shared.joining.people(t, session_id, now))


@router.post("/quality", status_code=202, response_class=Response)
async def quality(session_id: UUID, samples: Samples, shared: Shared, now: Now) -> Response:
    """Record quality samples. Repeated samples are recorded once.

    If the last sample is in the future, the device's clock is fast, and all samples are shifted back by as much.
    """
    recorded = shared.joining.measured(samples.link, session_id, samples.samples, now)
    await asyncio.gather(*(shared.recorder.record(event) for event in recorded))
    return Response(status_code=202)


def _by_identity(everybody: Iterable[Participant]) -> dict[str, PersonOut]:
    return {identity_of(person.id): PersonOut(name=person.name, role=person.role) for person in everybody}
