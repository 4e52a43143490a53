"""Messages: outbox rows first, in one transaction with all their recipients; then sent, each marked at once."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from activities.cases import exception_case
from activities.progress import Progress, utc_now
from domain.documentation import Statement
from domain.errors import Unavailable, Undeliverable
from domain.exceptions import ExceptionKind
from domain.notices import Audience, NoticeKind, audiences, notice_key, outdated, send_at
from domain.roles import Role
from integrations.links import LINK_OUTLIVES_CLASS, JoinLink, LinkSigner
from integrations.mail import SmtpMailer
from models.course import Course
from models.database import Database
from models.notice import WITHDRAWN, Notice
from models.organization import Organization
from models.people import Instructor
from models.repositories import documents, notices, organizations, people, sessions
from models.session import Participant, Session
from reports.briefings import with_plan
from reports.contexts import ClassContext
from reports.notices import render_notice
from workflows.contracts.common import SessionRef
from workflows.contracts.notices import NoticeInput, NoticeResult, Notices

_JOINABLE = frozenset(
    {NoticeKind.CONFIRMATION, NoticeKind.RESCHEDULED, NoticeKind.REMINDER, NoticeKind.BRIEFING}
)


@dataclass(frozen=True)
class _Recipient:
    kind: str
    id: UUID
    name: str
    address: str
    language: str
    time_zone: str
    participants: tuple[Participant, ...]  # who they read for: their children, or themselves
    quiet_from: time | None = None
    quiet_until: time | None = None


@dataclass(frozen=True)
class _Class:
    organization: Organization
    session: Session
    course: Course
    instructor: Instructor
    everybody: list[Participant]
    topics: tuple[str, ...]
    statements: tuple[Statement, ...]
    briefing: dict[str, Any] | None


class NoticeActivities(Notices):
    def __init__(self, database: Database, progress: Progress, links: LinkSigner, mailer: SmtpMailer) -> None:
        self._database = database
        self._progress = progress
        self._links = links
        self._mailer = mailer

    @activity.defn(name="send_notices")
    async def send(self, notice: NoticeInput) -> NoticeResult:
        ref = notice.session
        async with self._progress.step(notice) as note:
            async with self._database.tenant(ref.organization_id) as db:
                prepared = await self._prepare(db, notice)
            for message in prepared:
                activity.heartbeat()
                if message.send_after <= utc_now():
                    await self._deliver(ref, message)
            async with self._database.tenant(ref.organization_id) as db:
                after = await notices.by_keys(db, [message.key for message in prepared])
            result = _result(after)
            note.text = f"{result.sent} sent" + (f", {result.held} wait" if result.held else "")
            note.done = not result.held
        return result

    async def _prepare(self, db: AsyncSession, notice: NoticeInput) -> list[Notice]:
        """The outbox rows of this step; those of an earlier attempt as they are, without what is outdated by now."""
        known = await self._class(db, notice)
        rows = [
            self._row(known, notice, recipient) for recipient in await _recipients(db, known, notice.kind)
        ]
        await notices.prepare(db, rows)
        prepared = await notices.by_keys(db, [row.key for row in rows])
        for row in prepared:
            if _waits(row) and outdated(
                notice.kind,
                told=row.class_starts_at,
                starts_at=known.session.starts_at,
                state=known.session.state,
            ):
                await notices.withdraw(db, row.id, utc_now())
        return prepared

    async def _deliver(self, ref: SessionRef, message: Notice) -> None:
        """Raises Unavailable: the step is tried again, and goes on with those that are not sent."""
        if not _waits(message):
            return
        try:
            await self._mailer.send(
                message.address,
                subject=message.subject,
                html=message.html,
                text=message.text,
                message_id=str(message.id),
            )
        except Undeliverable as error:
            async with self._database.tenant(ref.organization_id) as db:
                await notices.mark_failed(db, message.id, error.code, utc_now())
                detail = {"notice_id": str(message.id), "code": error.code}
                kind = ExceptionKind.NOTICE_UNDELIVERABLE
                await notices.open_case(db, exception_case(ref, kind, str(message.id), detail, utc_now()))
            return
        except Unavailable as error:
            async with self._database.tenant(ref.organization_id) as db:
                await notices.mark_failed(db, message.id, error.code, None)
            raise
        async with self._database.tenant(ref.organization_id) as db:
            await notices.mark_sent(db, message.id, utc_now())

    async def _class(self, db: AsyncSession, notice: NoticeInput) -> _Class:
        session = await sessions.get_session(db, notice.session.session_id)
        organization = await organizations.get_organization(db)
        assert organization is not None, "a unit of work has a tenant"
        topics = tuple(topic.title for topic in await sessions.topics(db, session.id))
        everybody = await sessions.participants(db, session.id)
        statements: tuple[Statement, ...] = ()
        briefing = None
        if notice.kind == NoticeKind.SUMMARY:
            row = await documents.documentation(db, session.id)
            statements = await documents.statements(db, session.id, row.revision) if row else ()
        if notice.kind == NoticeKind.BRIEFING:
            earlier = await documents.latest_briefing(db, session.course_id)
            students = [p.name for p in everybody if p.role == Role.STUDENT]
            briefing = with_plan(earlier, topics=topics, students=students)
        return _Class(
            organization,
            session,
            await people.get(db, Course, session.course_id),
            await people.get(db, Instructor, session.instructor_id),
            everybody,
            topics,
            statements,
            briefing,
        )

    def _row(self, known: _Class, notice: NoticeInput, recipient: _Recipient) -> Notice:
        session, now = known.session, utc_now()
        key = notice_key(session.id, notice.kind, recipient.id, notice.occasion)
        message = render_notice(
            notice.kind,
            self._context(known, notice.kind, recipient),
            language=recipient.language,
            time_zone=recipient.time_zone,
        )
        return Notice(
            id=uuid5(NAMESPACE_URL, f"homeroom:notice:{key}"),
            organization_id=session.organization_id,
            key=key,
            session_id=session.id,
            kind=notice.kind,
            recipient_kind=recipient.kind,
            recipient_id=recipient.id,
            address=recipient.address,
            subject=message.subject,
            html=message.html,
            text=message.text,
            class_starts_at=session.starts_at,
            send_after=send_at(
                notice.kind,
                now,
                class_at=session.starts_at,
                zone=recipient.time_zone,
                quiet_from=recipient.quiet_from,
                quiet_until=recipient.quiet_until,
            ),
            created_at=now,
        )

    def _context(self, known: _Class, kind: NoticeKind, recipient: _Recipient) -> ClassContext:
        session = known.session
        theirs = recipient.participants if recipient.kind == "guardian" else known.everybody
        expires_at = session.ends_at + LINK_OUTLIVES_CLASS
        links = [
            (
                person.name,
                self._links.join_url(
                    JoinLink(session.id, session.organization_id, person.id, person.role), expires_at
                ),
            )
            for person in recipient.participants
        ]
        return ClassContext(
            organization=known.organization.name,
            course=known.course.title,
            title=session.title,
            instructor=known.instructor.name,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            reader=recipient.name,
            students=tuple(p.name for p in theirs if p.role == Role.STUDENT),
            join_urls=tuple(links) if kind in _JOINABLE else (),
            page_url=self._links.session_page(session.id),
            topics=known.topics,
            statements=known.statements,
            briefing=known.briefing,
        )


def _waits(message: Notice) -> bool:
    return message.sent_at is None and message.failed_at is None


def _result(after: list[Notice]) -> NoticeResult:
    held = [message.send_after for message in after if _waits(message)]
    return NoticeResult(
        prepared=len(after),
        sent=sum(message.sent_at is not None for message in after),
        undeliverable=sum(m.failed_at is not None and m.error != WITHDRAWN for m in after),
        held=len(held),
        held_until=min(held, default=None),
    )


async def _recipients(db: AsyncSession, known: _Class, kind: NoticeKind) -> list[_Recipient]:
    wanted = audiences(kind)
    found: list[_Recipient] = []
    if Audience.INSTRUCTOR in wanted:
        who = known.instructor
        own = tuple(p for p in known.everybody if p.role == Role.INSTRUCTOR)
        found.append(_Recipient("instructor", who.id, who.name, who.email, who.language, who.time_zone, own))
    if Audience.GUARDIANS in wanted:
        found += await _guardians(db, known)
    return found


async def _guardians(db: AsyncSession, known: _Class) -> list[_Recipient]:
    """One message per guardian, for all their children in the class."""
    by_student = {p.student_id: p for p in known.everybody if p.student_id}
    children: dict[UUID, list[Participant]] = defaultdict(list)
    who = {}
    for guardian, student in await people.guardians_of(db, [key for key in by_student if key]):
        who[guardian.id] = guardian
        children[guardian.id].append(by_student[student.id])
    return [
        _Recipient(
            "guardian",
            g.id,
            g.name,
            g.email,
            g.language,
            g.time_zone,
            tuple(children[g.id]),
            g.quiet_from,
            g.quiet_until,
        )
        for g in who.values()
    ]
