"""The join page's door: a signed link against a LiveKit token, display names, quality samples in."""

import asyncio
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field

from api.http.dependencies import Now, Shared
from domain.errors import ClassEnded, ClassNotOpen
from domain.people.roles import Role, identity_of
from domain.presence.events import EventKind, EventSource, RecordedEvent, SessionEvent
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import ROOM_STATES, SessionState
from models.course import Course
from models.repositories import people, sessions
from models.session import Session
from services.inputs.fields import Moment, Schema
from signing.links import JoinLink

router = APIRouter(prefix="/v1/join/{session_id}", tags=["joining"])

TOKEN_TTL = timedelta(minutes=10)


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


# RTCP counts may be a little below zero.
Measure = Annotated[float, Field(ge=-1e6, le=1e9, allow_inf_nan=False)]


class Sample(Schema):
    """What the browser measured. Unknown values are left out."""

    at: Moment
    connection_quality: Literal["excellent", "good", "poor", "lost", "unknown"] | None = None
    audio_only: bool | None = None
    packets_lost: Measure | None = None
    jitter_ms: Measure | None = None
    rtt_ms: Measure | None = None
    audio_concealed_ratio: float | None = Field(None, ge=0, le=1)
    bitrate_up_kbps: Measure | None = None
    bitrate_down_kbps: Measure | None = None
    event: Literal["audio_only_on", "audio_only_off"] | None = None


class Samples(LinkIn):
    samples: list[Sample] = Field(max_length=120)


@router.post("/credentials")
async def credentials(session_id: UUID, link_in: LinkIn, shared: Shared, now: Now) -> Credentials:
    """A fresh token for the holder of a link, while the class has its door open."""
    link = shared.links.read_join(link_in.link, session_id, now)
    async with shared.database.tenant(link.organization_id) as db:
        joining = await sessions.joining(db, session_id, link.participant_id)
        course = await people.get(db, Course, joining.session.course_id)
        everybody = await sessions.participants(db, session_id)
    _refuse_closed_door(joining.session)
    identity = identity_of(link.participant_id)
    return Credentials(
        livekit_url=shared.settings.livekit_public_url,
        token=shared.minter.mint(joining.participant.role, session_id, identity, TOKEN_TTL),
        identity=identity,
        role=joining.participant.role,
        class_=_class_out(joining.session, course),
        people={identity_of(p.id): PersonOut(name=p.name, role=p.role) for p in everybody},
        features=Features(screen_share=joining.participant.role == Role.INSTRUCTOR),
    )


@router.get("/people")
async def people_in_class(session_id: UUID, t: str, shared: Shared, now: Now) -> dict[str, PersonOut]:
    link = shared.links.read_join(t, session_id, now)
    async with shared.database.tenant(link.organization_id) as db:
        everybody = await sessions.participants(db, session_id)
    return {identity_of(p.id): PersonOut(name=p.name, role=p.role) for p in everybody}


@router.post("/quality", status_code=202, response_class=Response)
async def quality(session_id: UUID, samples: Samples, shared: Shared, now: Now) -> Response:
    """A clock that is ahead is set right by what its last sample is ahead. The same sample again is one sample."""
    link = shared.links.read_join(samples.link, session_id, now)
    ahead = max([sample.at - now for sample in samples.samples] + [timedelta(0)])
    told = [RecordedEvent(session_id, _as_event(link, sample, ahead)) for sample in samples.samples]
    await asyncio.gather(*(shared.recorder.record(one) for one in told))
    return Response(status_code=202)


def _as_event(link: JoinLink, sample: Sample, ahead: timedelta) -> SessionEvent:
    fallback = {"audio_only_on": True, "audio_only_off": False}.get(sample.event or "")
    kind = EventKind.QUALITY if fallback is None else EventKind.VIDEO_FALLBACK
    data = sample.model_dump(mode="json", exclude_none=True, exclude={"at"})
    if fallback is not None:
        data["audio_only"] = fallback
    if sample.connection_quality:
        data["level"] = sample.connection_quality
    identity = identity_of(link.participant_id)
    source_id = f"client:{identity}:{kind}:{int(sample.at.timestamp() * 1000)}"
    return SessionEvent(EventSource.CLIENT, source_id, kind, sample.at - ahead, identity, data=data)


def _refuse_closed_door(session: Session) -> None:
    if session.state in ROOM_STATES:
        return
    if session.state == SessionState.SCHEDULED:
        opens_at = session.starts_at - SessionPolicy.model_validate(session.policy).room_before
        raise ClassNotOpen(
            next_step="Keep this page open: it lets you in when the class opens.",
            opens_at=opens_at.isoformat(),
            starts_at=session.starts_at.isoformat(),
            time_zone=session.time_zone,
            class_title=session.title,
        )
    if session.state == SessionState.CANCELLED:
        raise ClassEnded("This class was cancelled.", next_step="Look for a message with a new time.")
    raise ClassEnded(next_step="Your next class has a link of its own.")


def _class_out(session: Session, course: Course) -> ClassOut:
    return ClassOut(
        title=session.title,
        course=course.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        state=session.state,
        time_zone=session.time_zone,
    )
