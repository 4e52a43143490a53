"""Invitations: the mail that tells a new member of staff where to sign in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from domain.errors import NotFound, TransitionRefused
from domain.notices.kinds import AccountNoticeKind, notice_id, notice_key
from domain.people.access import Principal
from domain.people.sign_in import INVITATION_TTL
from domain.subjects import SubjectKind
from models.access import Member
from models.notice import Notice
from models.repositories import entities, names, notices
from reports.invitations import render_invitation
from services.organizations import organization
from signing.links import LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput


class Invitations:
    def __init__(self, links: LinkSigner, deliveries: DeliveryClient) -> None:
        self._links = links
        self._deliveries = deliveries

    async def write(
        self, db: AsyncSession, who: Principal, row: SQLModel, now: datetime
    ) -> DeliveryInput | None:
        """Write the invitation in the transaction that creates a member of staff; other rows get none.

        Returns the delivery to start after the commit. Called again for a member, it writes nothing.
        """
        if not isinstance(row, Member):
            return None
        return await self._prepare(db, await self._notice(db, who, row, "", now))

    async def write_again(
        self, db: AsyncSession, who: Principal, member_id: UUID, now: datetime
    ) -> DeliveryInput:
        """Write a further invitation to a member; the last one, while it waits to be sent to the same address.

        Within a minute there is one. Returns the delivery to start after the commit. Raises NotFound,
        TransitionRefused for a member who is retired.
        """
        member = await entities.lock(db, Member, member_id)
        if member is None:
            raise NotFound(f"there is no member {member_id}")
        if member.retired_at:
            raise TransitionRefused("this member is retired", next_step="Restore them first.")
        last = await notices.last_to(db, member_id, AccountNoticeKind.INVITATION)
        if last and last.waits and last.address == member.email:
            return _delivery(last)
        minute = now.replace(second=0, microsecond=0).isoformat()
        return await self._prepare(db, await self._notice(db, who, member, minute, now))

    async def deliver(self, delivery: DeliveryInput) -> None:
        """Start the delivery, after the commit."""
        await self._deliveries.start_or_leave(delivery)

    async def _prepare(self, db: AsyncSession, notice: Notice) -> DeliveryInput:
        await notices.prepare(db, [notice])
        return _delivery(notice)

    async def _notice(
        self, db: AsyncSession, who: Principal, member: Member, occasion: str, now: datetime
    ) -> Notice:
        names_by_actor = await names.of_actors(db, [who.actor]) if who.actor.startswith("member:") else {}
        message = render_invitation(
            reader=member.name,
            organization=(await organization(db)).name,
            by=names_by_actor.get(who.actor, ""),
            url=self._links.sign_in_page(),
            language=member.language,
        )
        kind = AccountNoticeKind.INVITATION
        key = notice_key(member.id, kind, member.id, occasion)
        return Notice(
            id=notice_id(key),
            organization_id=member.organization_id,
            key=key,
            subject_kind=SubjectKind.MEMBER,
            subject_id=member.id,
            kind=kind,
            recipient_kind=SubjectKind.MEMBER,
            recipient_id=member.id,
            address=member.email,
            subject=message.subject,
            html=message.html,
            text=message.text,
            send_after=now,
            deliver_by=now + INVITATION_TTL,
            created_at=now,
        )


def _delivery(notice: Notice) -> DeliveryInput:
    return DeliveryInput(notice.organization_id, notice.id, notice.deliver_by or notice.created_at)
