"""Sends a message about a class again, as it reads now: to the address on file, or to a corrected one."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.cases.repairs import Repair, RepairResult
from domain.errors import TransitionRefused
from domain.notices.kinds import DigestNoticeKind
from domain.people.access import Principal
from domain.subjects import SubjectKind
from models.database import Database
from models.notice import Notice
from models.repositories import cases, notices
from services.case_repairs import tried
from services.digest_mails import digest_again
from services.inputs.people import GuardianChange, InstructorChange
from services.notices import written_again
from services.resources.catalogue import GUARDIANS, INSTRUCTORS
from signing.links import LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

_DELIVER_WITHIN = timedelta(hours=4)


class SendAgain:
    def __init__(
        self, database: Database, links: LinkSigner, deliveries: DeliveryClient, sender_address: str
    ) -> None:
        """`sender_address` is the address that mails come from."""
        self._database = database
        self._links = links
        self._deliveries = deliveries
        self._sender_address = sender_address

    async def send(
        self, who: Principal, notice_id: UUID, again_id: UUID, address: str | None, now: datetime
    ) -> Notice:
        """Write the message anew and start its delivery; returns the new message.

        `again_id` is its id: called again with it, it is sent once. `address` replaces that of the person. Raises
        NotFound, TransitionRefused for a message that is no longer true or no longer concerns its reader.
        """
        async with self._database.tenant(who.organization_id) as db:
            earlier = await notices.get(db, notice_id)
            if address:
                await _correct(db, earlier, address, now)
            again = await self._again(db, earlier, again_id, now)
            await notices.prepare(db, [again])
            await _note_sent_again(db, who, earlier, again, now)
        await self._deliveries.start_or_leave(
            DeliveryInput(who.organization_id, again.id, now + _DELIVER_WITHIN)
        )
        return again

    async def _again(self, db: AsyncSession, earlier: Notice, again_id: UUID, now: datetime) -> Notice:
        deliver_by = now + _DELIVER_WITHIN
        if earlier.kind == DigestNoticeKind.CLASSES_CHANGED:
            return await digest_again(db, earlier, again_id, now, deliver_by)
        return await written_again(db, self._links, self._sender_address, earlier, again_id, now, deliver_by)


async def _note_sent_again(
    db: AsyncSession, who: Principal, earlier: Notice, again: Notice, now: datetime
) -> None:
    """Write it to the open case of the message that could not be delivered."""
    about = cases.unresolved_about(
        db, earlier.subject_kind, earlier.subject_id, ExceptionKind.NOTICE_UNDELIVERABLE
    )
    for case in await about:
        if case.detail.get("notice_id") == str(earlier.id):
            await tried(
                db,
                case,
                Repair.MESSAGE_SENT_AGAIN,
                RepairResult.WAITING,
                str(again.id),
                now,
                {"notice_id": str(again.id)},
                who.actor,
            )


async def _correct(db: AsyncSession, notice: Notice, address: str, now: datetime) -> None:
    """Change the address of the person whom a message was for."""
    if notice.recipient_kind == SubjectKind.GUARDIAN:
        await GUARDIANS.update(db, notice.recipient_id, GuardianChange(email=address), None, now)
    elif notice.recipient_kind == SubjectKind.INSTRUCTOR:
        await INSTRUCTORS.update(db, notice.recipient_id, InstructorChange(email=address), None, now)
    else:
        raise TransitionRefused("this person's address can't be changed here")
