"""Mails to instructors about what they asked for, or what a colleague or their school asks of them.

Each is written in the transaction of its cause.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import InstructorNoticeKind, notice_id, notice_key
from domain.scheduling.leave import LeaveState
from domain.subjects import SubjectKind
from models.leave_request import LeaveRequest
from models.notice import Notice
from models.people import Instructor
from models.repositories import notices
from models.repositories.class_swaps import SwapRow
from models.repositories.volunteer_calls import CallRow
from models.session import Session
from reports.contexts import RenderedMessage
from reports.instructor_mails import (
    MailReader,
    NamedClass,
    render_leave_decided,
    render_swap_declined,
    render_swap_expired,
    render_swap_offer,
    render_volunteers_wanted,
)
from services.organizations import organization
from signing.links import LinkSigner

_DELIVER_WITHIN = timedelta(hours=12)


class InstructorMails:
    def __init__(self, links: LinkSigner) -> None:
        self._links = links

    async def swap_offered(self, db: AsyncSession, row: SwapRow, now: datetime) -> None:
        """Tell the colleague what they are asked. The mail is of no use after the offer has expired."""
        reader = await self._reader(db, row.offered_to, "/swaps", now)
        message = render_swap_offer(
            reader,
            colleague=row.offered_by.name,
            offered=_named(row.session),
            returned=_named(row.returned) if row.returned else None,
            note=row.swap.note,
            answer_by=row.swap.expires_at,
        )
        kind = InstructorNoticeKind.SWAP_OFFERED
        await _write(db, kind, row.offered_to, row.swap.id, message, row.swap.expires_at, now)

    async def swap_declined(self, db: AsyncSession, row: SwapRow, now: datetime) -> None:
        """Tell whoever offered the class that they still teach it."""
        reader = await self._reader(db, row.offered_by, "", now)
        message = render_swap_declined(reader, colleague=row.offered_to.name, offered=_named(row.session))
        kind = InstructorNoticeKind.SWAP_DECLINED
        await _write(db, kind, row.offered_by, row.swap.id, message, row.session.ends_at, now)

    async def swap_expired(self, db: AsyncSession, row: SwapRow, now: datetime) -> None:
        """Tell whoever offered the class that nobody has answered, and that they still teach it."""
        reader = await self._reader(db, row.offered_by, "/swaps", now)
        message = render_swap_expired(reader, colleague=row.offered_to.name, offered=_named(row.session))
        kind = InstructorNoticeKind.SWAP_EXPIRED
        await _write(db, kind, row.offered_by, row.swap.id, message, row.session.ends_at, now)

    async def swap_withdrawn(self, db: AsyncSession, row: SwapRow, now: datetime) -> None:
        """Do not ask a colleague who has not been told yet."""
        key = notice_key(row.swap.id, InstructorNoticeKind.SWAP_OFFERED, row.offered_to.id, "")
        for notice in await notices.by_keys(db, [key]):
            if notice.waits:
                await notices.withdraw(db, notice.id, now)

    async def leave_decided(
        self, db: AsyncSession, request: LeaveRequest, instructor: Instructor, classes: int, now: datetime
    ) -> None:
        """Tell the instructor what was decided, with the number of their classes in the leave."""
        reader = await self._reader(db, instructor, "/leave", now)
        message = render_leave_decided(
            reader,
            approved=request.state == LeaveState.APPROVED,
            starts_at=request.starts_at,
            ends_at=request.ends_at,
            classes=classes,
            answer=request.answer,
        )
        kind = InstructorNoticeKind.LEAVE_DECIDED
        await _write(db, kind, instructor, request.id, message, now + _DELIVER_WITHIN, now)

    async def volunteers_wanted(
        self, db: AsyncSession, instructor: Instructor, rows: Sequence[CallRow], now: datetime
    ) -> None:
        """Tell an instructor of classes that they can take: once of each, so the first names the mail."""
        reader = await self._reader(db, instructor, "/open-classes", now)
        classes = [_named(row.session) for row in rows]
        message = render_volunteers_wanted(reader, classes=classes, note=rows[0].call.note)
        kind, last = InstructorNoticeKind.VOLUNTEERS_WANTED, rows[-1].session.starts_at
        await _write(db, kind, instructor, rows[0].call.id, message, last, now)

    async def _reader(self, db: AsyncSession, person: Instructor, path: str, now: datetime) -> MailReader:
        school, url = (await organization(db)).name, self._links.teaching_page(path)
        return MailReader(person.name, person.language, person.time_zone, school, url, now)


def _named(session: Session) -> NamedClass:
    return NamedClass(session.title, session.starts_at, session.ends_at)


async def _write(
    db: AsyncSession,
    kind: InstructorNoticeKind,
    reader: Instructor,
    about: UUID,
    message: RenderedMessage,
    useful_until: datetime,
    now: datetime,
) -> None:
    """Written twice about one thing, it is one message."""
    key = notice_key(about, kind, reader.id, "")
    row = Notice(
        id=notice_id(key),
        organization_id=reader.organization_id,
        key=key,
        subject_kind=SubjectKind.INSTRUCTOR,
        subject_id=reader.id,
        kind=kind,
        recipient_kind=SubjectKind.INSTRUCTOR,
        recipient_id=reader.id,
        address=reader.email,
        subject=message.subject,
        html=message.html,
        text=message.text,
        send_after=now,
        deliver_by=min(useful_until, now + _DELIVER_WITHIN),
        created_at=now,
    )
    await notices.prepare_deliveries(db, [row])
