"""Joining a class with a signed link: the link, LiveKit credentials, chat, and the browser's measurements."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import object_session

from domain.errors import (
    ClassEnded,
    ClassLocked,
    ClassNotOpen,
    LinkReplaced,
    NotAllowed,
    RemovedFromClass,
)
from domain.people.display_names import forenames
from domain.people.join_codes import written
from domain.people.roles import Role, identity_of
from domain.presence.chat import ChatMessage, chat_event
from domain.presence.events import EventKind, EventSource, RecordedEvent, SessionEvent
from domain.record.transcript import Caption
from domain.sessions.admission import in_force
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import ROOM_STATES, SessionState
from media_bridge.tokens import TokenMinter
from models.course import Course
from models.database import Database
from models.people import Instructor, Student
from models.repositories import entities, events, people, recordings, sessions
from models.repositories.events import ChatPosition
from models.session import Participant, Session
from services.inputs.joining import NewMessage, Sample
from services.organizations import organization, policy_of
from signing.links import LINK_VALID_AFTER_CLASS, JoinLink, LinkSigner

TOKEN_TTL = timedelta(minutes=10)
_SENT_WITHIN = timedelta(minutes=5)  # by the pages, after a measurement


def join_url(links: LinkSigner, session: Session, person: Participant) -> str:
    """The personal link with which a participant joins the class."""
    link = JoinLink(session.id, session.organization_id, person.id, person.role, person.link_version)
    return links.join_url(link, session.ends_at + LINK_VALID_AFTER_CLASS)


def short_link(links: LinkSigner, person: Participant) -> tuple[str, str]:
    """The short form of a participant's join link, and the hash under which its code is found once that is stored."""
    code, code_hash = links.codes.code(person.id, person.join_code_hash, person.link_version)
    return links.short_join_url(written(code)), code_hash


def short_join_url(links: LinkSigner, person: Participant) -> str:
    """The short form of a participant's join link, whose code is stored with the transaction that has read the person.

    Empty for a row of no transaction: nobody could find its code.
    """
    url, code_hash = short_link(links, person)
    if person.join_code_hash != code_hash:
        if object_session(person) is None:
            return ""
        person.join_code_hash = code_hash
    return url


@dataclass(frozen=True)
class JoinCredentials:
    """Everything the room page needs to join the class."""

    session: Session
    course: Course
    person: Participant
    participants: Sequence[Participant]
    names: Mapping[UUID, str]  # of the participants, as this person may read them
    captions: bool  # whether the organization lets them be shown
    language: str | None  # of the person; None: not known
    token: str  # for LiveKit, valid for TOKEN_TTL


class Joining:
    def __init__(self, database: Database, links: LinkSigner, minter: TokenMinter) -> None:
        self._database = database
        self._links = links
        self._minter = minter

    async def enter(self, link: str, session_id: UUID, now: datetime) -> JoinCredentials:
        """Fresh credentials for the holder of a link while the room is open.

        Raises LinkInvalid, LinkExpired, ClassNotOpen, ClassEnded, ClassLocked, RemovedFromClass, NotFound. Those about
        the class and the person say the person's `language`.
        """
        holder = self._links.read_join(link, session_id, now)
        async with self._database.tenant(holder.organization_id) as db:
            language = await _language_of(db, holder.participant_id)
            try:
                joining = await admitted(db, holder)
                await _refuse_while_locked(db, joining)
            except (ClassNotOpen, ClassEnded, ClassLocked, RemovedFromClass) as refusal:
                if language:
                    refusal.extra["language"] = language
                raise
            course = await entities.get(db, Course, joining.session.course_id)
            participants = await sessions.participants(db, session_id)
            policy = policy_of(await organization(db))
        identity = identity_of(holder.participant_id)
        token = self._minter.mint(
            joining.participant.role, session_id, identity, TOKEN_TTL, joining.participant.link_version
        )
        names = names_for(joining.participant, participants, policy)
        return JoinCredentials(
            joining.session,
            course,
            joining.participant,
            participants,
            names,
            policy.captions,
            language,
            token,
        )

    async def class_now(self, link: str, session_id: UUID, now: datetime) -> tuple[Session, Course]:
        """The class as it is now. Raises LinkInvalid, LinkExpired, ClassNotOpen, ClassEnded, RemovedFromClass."""
        async with self._in_the_room(link, session_id, now) as (db, _, joining):
            return joining.session, await entities.get(db, Course, joining.session.course_id)

    async def people(
        self, link: str, session_id: UUID, now: datetime
    ) -> tuple[Session, Sequence[Participant], Mapping[UUID, str]]:
        """The class, all its participants and their names as this person may read them, while in the room.

        Raises LinkInvalid, LinkExpired, ClassNotOpen, ClassEnded, RemovedFromClass, NotFound.
        """
        async with self._in_the_room(link, session_id, now) as (db, _, joining):
            participants = await sessions.participants(db, session_id)
            names = names_for(joining.participant, participants, policy_of(await organization(db)))
            return joining.session, participants, names

    async def admit(self, link: str, session_id: UUID, now: datetime) -> JoinLink:
        """Check that the holder of a link may be in the room now.

        Raises LinkInvalid, LinkExpired, ClassNotOpen, ClassEnded, RemovedFromClass, NotFound.
        """
        async with self._in_the_room(link, session_id, now) as (_, holder, _):
            return holder

    async def chat(
        self, link: str, session_id: UUID, now: datetime, after: ChatPosition | None, limit: int
    ) -> tuple[list[ChatMessage], ChatPosition | None]:
        """Messages of the class's chat, and the position if there are more.

        What was said before the class was moved is left out.
        Raises LinkInvalid, LinkExpired, ClassNotOpen, ClassEnded, RemovedFromClass, NotFound.
        """
        async with self._in_the_room(link, session_id, now) as (db, _, joining):
            since = joining.session.occurrence_since
            return await events.chat(db, session_id, since=since, after=after, limit=limit)

    async def admit_to_captions(self, link: str, session_id: UUID, now: datetime) -> JoinLink:
        """As `admit`. Raises NotAllowed too, where the organization shows no captions."""
        async with self._in_the_room(link, session_id, now) as (db, holder, _):
            await _require_captions(db)
            return holder

    async def captions(self, link: str, session_id: UUID, now: datetime, limit: int) -> list[Caption]:
        """The last things said in the class as far as they are transcribed, in time order.

        What was said before the class was moved is left out.
        Raises LinkInvalid, LinkExpired, ClassNotOpen, ClassEnded, RemovedFromClass, NotAllowed, NotFound.
        """
        async with self._in_the_room(link, session_id, now) as (db, _, joining):
            await _require_captions(db)
            since = joining.session.occurrence_since
            return await recordings.latest_captions(db, session_id, since, limit)

    @asynccontextmanager
    async def _in_the_room(
        self, link: str, session_id: UUID, now: datetime
    ) -> AsyncIterator[tuple[AsyncSession, JoinLink, sessions.Joining]]:
        """A transaction of the link's organization, with the link and whom it admits. Raises as `admit`."""
        holder = self._links.read_join(link, session_id, now)
        async with self._database.tenant(holder.organization_id) as db:
            yield db, holder, await admitted(db, holder)


def names_for(
    reader: Participant, participants: Sequence[Participant], policy: SessionPolicy
) -> dict[UUID, str]:
    """The names of a class's people as one of them may read them: students know each other by forename.

    Instructors read full names, and everybody their own.
    """
    names = {person.id: person.name for person in participants}
    if reader.role == Role.INSTRUCTOR or policy.student_names == "full":
        return names
    students = [person for person in participants if person.role == Role.STUDENT]
    short = dict(zip((one.id for one in students), forenames([one.name for one in students]), strict=True))
    return names | short | {reader.id: reader.name}


def message_event(holder: JoinLink, message: NewMessage, now: datetime) -> RecordedEvent:
    """A message that the holder of a link has sent. The recorder reports it too, and it is stored once."""
    event = chat_event(identity_of(holder.participant_id), message.message_id, message.text, now)
    return RecordedEvent(holder.session_id, event)


def sample_events(
    holder: JoinLink, samples: Sequence[Sample], now: datetime, *, keep_changes: bool = True
) -> list[RecordedEvent]:
    """The samples of a browser as events of the class. A sample sent twice is one event.

    If the last sample is in the future or long past, the browser's clock is wrong, and all samples are shifted. Of a
    batch that spans more than pages wait with sending, the earlier samples are left out. Without `keep_changes`, a
    change between video and sound alone is a sample like any other.
    """
    if not samples:
        return []
    last = max(sample.at for sample in samples)
    ahead = last - now if not -_SENT_WITHIN <= last - now <= timedelta(0) else timedelta(0)
    recent = [sample for sample in samples if last - sample.at <= _SENT_WITHIN]
    if not keep_changes:
        recent = [sample.model_copy(update={"event": None}) for sample in recent]
    return [RecordedEvent(holder.session_id, _as_event(holder, sample, ahead)) for sample in recent]


async def admitted(db: AsyncSession, holder: JoinLink) -> sessions.Joining:
    """The class and the participant of a link, if that person may be in the room now.

    Raises LinkReplaced, ClassNotOpen, ClassEnded, RemovedFromClass, NotFound.
    """
    joining = await sessions.joining(db, holder.session_id, holder.participant_id)
    refuse_replaced(joining, holder.version)
    _refuse_closed_room(joining.session)
    if in_force(joining.participant.sent_out_at, joining.session.occurrence_since):
        raise RemovedFromClass
    return joining


def refuse_replaced(joining: sessions.Joining, link_version: int) -> None:
    """Raises LinkReplaced for a link that was renewed since."""
    if link_version != joining.participant.link_version:
        raise LinkReplaced


async def _refuse_while_locked(db: AsyncSession, joining: sessions.Joining) -> None:
    """Raises ClassLocked for a newcomer. Instructors, and who has been in the room, come back as they like."""
    session, person = joining.session, joining.participant
    if person.role == Role.INSTRUCTOR or not in_force(session.locked_at, session.occurrence_since):
        return
    identity, since = identity_of(person.id), session.occurrence_since
    if not await sessions.has_been_in_room(db, session.id, identity, since):
        raise ClassLocked(
            next_step="Keep this page open. You'll be let in when the instructor opens the class."
        )


async def _require_captions(db: AsyncSession) -> None:
    if not policy_of(await organization(db)).captions:
        raise NotAllowed("this school shows no captions", next_step="Ask the school, if you need them.")


async def _language_of(db: AsyncSession, participant_id: UUID) -> str | None:
    """The language in which the person gets mails: a student without an address gets them through the guardians."""
    person = await db.get(Participant, participant_id)
    if person is None:
        return None
    if person.instructor_id:
        return (await entities.get(db, Instructor, person.instructor_id)).language
    if person.student_id is None:
        return None
    student = await entities.get(db, Student, person.student_id)
    guardians = [] if student.email else [one for one, _ in await people.guardians_of(db, [student.id])]
    return guardians[0].language if guardians else student.language


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


def _refuse_closed_room(session: Session) -> None:
    if session.state in ROOM_STATES:
        return
    if session.state == SessionState.SCHEDULED:
        opens_at = session.starts_at - SessionPolicy.model_validate(session.policy).room_before
        raise ClassNotOpen(
            next_step="Keep this page open. You'll be let in when the class opens.",
            opens_at=opens_at.isoformat(),
            starts_at=session.starts_at.isoformat(),
            time_zone=session.time_zone,
            class_title=session.title,
        )
    if session.state == SessionState.CANCELLED:
        raise ClassEnded(
            "This class was cancelled.",
            next_step="Check your messages for a new time.",
            state=session.state,
        )
    raise ClassEnded(next_step="Your next class has its own link.")
