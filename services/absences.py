"""A family says before a class that its child cannot come, or takes it back; the instructor and the school are told.

The state given last counts. Its first message is sent at once. When a family changes its mind soon afterwards, the next
message waits, and is withdrawn if the family returns to what its readers know. In the last hour before the class no
message waits.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, TransitionRefused
from domain.notices.kinds import DeliveryState, NoticeKind, notice_id, notice_key
from domain.people.access import AccessRole, Principal
from domain.people.roles import Role
from domain.sessions.states import SessionState
from domain.subjects import SubjectKind
from models.database import Database
from models.notice import Notice
from models.repositories import change_log, entities, notices, own_classes, sessions
from models.session import Participant, Session
from reports.notices import render_notice
from services.notice_content import ClassFacts, context, gather
from services.rates import check_rate
from services.recipients import Recipient, recipients
from signing.links import LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

_MIN_TIME_TO_TELL = timedelta(hours=1)
_KINDS = (NoticeKind.CANNOT_COME, NoticeKind.COMING_AFTER_ALL)
_BETWEEN_MESSAGES = timedelta(minutes=10)  # about one child and class
_TOLD_AT_ONCE = timedelta(hours=1)  # before the class: from then on no message waits
_MOST_CHANGES = 10  # by a family, of one child and class
_MOST_CHANGES_WITHIN = timedelta(hours=1)
_OFTEN = "you have changed this many times in the last hour; what you said last counts"


class Absences:
    def __init__(self, database: Database, links: LinkSigner, deliveries: DeliveryClient) -> None:
        self._database = database
        self._links = links
        self._deliveries = deliveries

    async def announce(
        self, who: Principal, session_id: UUID, student_id: UUID, *, cannot_come: bool, now: datetime
    ) -> None:
        """Say whether a student can come to the next start of a class. A repeat changes nothing and tells nobody.

        Raises NotFound for a class or child that is not the caller's, TransitionRefused once the class has started,
        RateLimited for a family that changes it too often.
        """
        async with self._database.tenant(who.organization_id) as db:
            session, person = await _own(db, who, session_id, student_id)
            if person.is_excused(session.starts_at) == cannot_come:
                return
            if session.state not in (SessionState.SCHEDULED, SessionState.OPEN) or now >= session.starts_at:
                raise TransitionRefused("this class has already started", next_step="Contact your school.")
            if who.role == AccessRole.GUARDIAN:
                since = now - _MOST_CHANGES_WITHIN
                changes = await change_log.times_of_changes(db, person.id, "cannot_come_for", since)
                check_rate(changes, _MOST_CHANGES, _MOST_CHANGES_WITHIN, now, _OFTEN)
            person.cannot_come_at = now if cannot_come else None
            person.cannot_come_for = session.starts_at if cannot_come else None
            await db.flush()
            kind = NoticeKind.CANNOT_COME if cannot_come else NoticeKind.COMING_AFTER_ALL
            send_after = await _next_message(db, kind, session, person, now)
            written = await self._write(db, kind, session, person, send_after, now) if send_after else []
        after = send_after - now if send_after else timedelta()
        for delivery in written:
            await self._deliveries.start_or_leave(delivery, after)

    async def _write(
        self,
        db: AsyncSession,
        kind: NoticeKind,
        session: Session,
        person: Participant,
        send_after: datetime,
        now: datetime,
    ) -> list[DeliveryInput]:
        facts = await gather(db, session.id, kind)
        readers = await recipients(db, kind, session, facts.instructor, facts.participants, now)
        deliver_by = max(session.starts_at, now + _MIN_TIME_TO_TELL)
        rows = [
            self._notice(kind, facts, person, reader, send_after, deliver_by, now)
            for reader in (*readers, *_school(facts))
        ]
        await notices.prepare(db, rows)
        return [DeliveryInput(row.organization_id, row.id, deliver_by) for row in rows]

    def _notice(
        self,
        kind: NoticeKind,
        facts: ClassFacts,
        person: Participant,
        reader: Recipient,
        send_after: datetime,
        deliver_by: datetime,
        now: datetime,
    ) -> Notice:
        session = facts.session
        content = replace(context(facts, kind, reader, self._links, now), students=(person.name,))
        message = render_notice(kind, content, language=reader.language, time_zone=reader.time_zone)
        occasion = f"{_about(person)}{now.isoformat()}"
        key = notice_key(session.id, kind, reader.id, occasion, session.starts_at)
        return Notice(
            id=notice_id(key),
            organization_id=session.organization_id,
            key=key,
            subject_kind=SubjectKind.SESSION,
            subject_id=session.id,
            kind=kind,
            recipient_kind=reader.kind,
            recipient_id=reader.id,
            address=reader.address,
            subject=message.subject,
            html=message.html,
            text=message.text,
            class_starts_at=session.starts_at,
            send_after=send_after,
            deliver_by=deliver_by,
            created_at=now,
        )


async def _next_message(
    db: AsyncSession, kind: NoticeKind, session: Session, person: Participant, now: datetime
) -> datetime | None:
    """When to tell the instructor and the school; None if they know it. What still waits is withdrawn."""
    earlier = [
        message
        for message in await notices.about_start(db, session.id, _KINDS, session.starts_at)
        if _about(person) in message.key
    ]
    held = [message for message in earlier if message.waits and message.send_after > now]
    for message in held:
        await notices.withdraw(db, message.id, now)
    told = [
        message for message in earlier if message not in held and message.state != DeliveryState.WITHDRAWN
    ]
    if not told:
        return now
    if told[-1].kind == kind:
        return None
    return max(now, min(told[-1].send_after + _BETWEEN_MESSAGES, session.starts_at - _TOLD_AT_ONCE))


def _about(person: Participant) -> str:
    """The part of a message's key that names the person."""
    return f"{person.id} "


async def _own(
    db: AsyncSession, who: Principal, session_id: UUID, student_id: UUID
) -> tuple[Session, Participant]:
    """The class and the student in it, who is locked. Guardians reach their own children only."""
    session = await sessions.get_visible(db, session_id, who)
    if who.role == AccessRole.GUARDIAN:
        assert who.person_id is not None, "a guardian is a person"
        if student_id not in {child.id for child in await own_classes.children(db, who.person_id)}:
            raise NotFound(f"there is no student {student_id} in this class")
    for person in await sessions.participants(db, session_id):
        if person.student_id == student_id and person.role == Role.STUDENT and person.in_class:
            locked = await entities.lock(db, Participant, person.id)
            if locked and locked.in_class:
                return session, locked
    raise NotFound(f"there is no student {student_id} in this class")


def _school(facts: ClassFacts) -> list[Recipient]:
    """The school as a reader, if it has a contact address."""
    school = facts.organization
    if not school.contact_email:
        return []
    return [
        Recipient(
            SubjectKind.ORGANIZATION,
            school.id,
            school.name,
            school.contact_email,
            school.language,
            school.time_zone,
            (),
        )
    ]
