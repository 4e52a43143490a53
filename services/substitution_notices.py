"""The messages of a substitution: offers, and who teaches now. Each is written in the transaction of what it tells."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import NoticeKind
from models.case_routing import AlertChannel
from models.notice import Notice
from models.people import Instructor
from models.repositories import entities, notices, substitutions
from models.session import Session
from models.substitution import Substitution, SubstitutionOffer
from services.alert_channels import offer_notice
from services.digests import gather_in_digests
from services.notice_content import ClassFacts, context, gather
from services.notices import ClassNotice, notice_row
from services.recipients import Recipient, families, instructor_reader
from signing.links import LinkSigner, OfferLink, address_fingerprint

OFFER_PAGE_AFTER_CLASS = timedelta(days=7)  # until then it says what became of the offer
_DELIVER_WITHIN = timedelta(hours=4)


async def _channel(db: AsyncSession, instructor_id: UUID) -> AlertChannel | None:
    """Where an instructor is told of offers besides mail."""
    times = await substitutions.availability(db, instructor_id)
    if times is None or times.alert_channel_id is None:
        return None
    channel = await entities.get(db, AlertChannel, times.alert_channel_id)
    return channel if channel.retired_at is None else None


class SubstitutionNotices:
    def __init__(self, links: LinkSigner, sender_address: str) -> None:
        """`sender_address` is the address that mails come from."""
        self._links = links
        self._sender_address = sender_address

    async def offer(
        self, db: AsyncSession, session: Session, offers: Sequence[SubstitutionOffer], now: datetime
    ) -> None:
        """Ask these instructors by mail, and those who have a channel there too."""
        if not offers:
            return
        kind = NoticeKind.SUBSTITUTE_OFFER
        facts = await gather(db, session.id, kind)
        rows = []
        for offer in offers:
            instructor = await entities.get(db, Instructor, offer.instructor_id)
            reader = instructor_reader(instructor, ())
            content = replace(
                context(facts, kind, reader, self._links, now),
                offer_url=self._offer_url(session, offer, reader),
                answer_by=offer.expires_at,
            )
            notice = ClassNotice(session.organization_id, session.id, kind, str(offer.id))
            row = notice_row(self._links, self._sender_address, facts, notice, reader, now, content)
            row.deliver_by = offer.expires_at
            rows.append(row)
            if channel := await _channel(db, offer.instructor_id):
                rows.append(offer_notice(offer, channel, session, instructor, content.offer_url, now))
        await notices.prepare_deliveries(db, rows)

    async def taken_over(
        self,
        db: AsyncSession,
        session: Session,
        occasion: str,
        former_id: UUID,
        now: datetime,
        act_id: UUID | None = None,
    ) -> None:
        """Tell the families, the instructor who teaches now, and the one who does not any more.

        Nobody is told twice of one `occasion`. Each is told of all classes of an act on many classes, `act_id`, in one
        message.
        """
        former = instructor_reader(await entities.get(db, Instructor, former_id), ())
        await notices.withdraw_waiting(db, session.id, [former.id], now)
        kinds = (NoticeKind.SUBSTITUTION, NoticeKind.ASSIGNED, NoticeKind.REPLACED)
        rows: list[Notice] = []
        for kind in kinds:
            facts = await gather(db, session.id, kind)
            for reader in await self._readers(db, kind, facts, former):
                if kind == NoticeKind.SUBSTITUTION:
                    for outdated in (NoticeKind.SUBSTITUTION, NoticeKind.DELAYED):
                        await notices.withdraw_waiting(db, session.id, [reader.id], now, outdated)
                rows.append(self._row(facts, kind, occasion, reader, now))
        if act_id:
            await gather_in_digests(db, act_id, rows, now)
        await notices.prepare_deliveries(db, rows)

    async def delayed(
        self, db: AsyncSession, session: Session, substitution: Substitution, now: datetime
    ) -> None:
        """Tell the families that the class starts late."""
        facts = await gather(db, session.id, NoticeKind.DELAYED)
        readers = await families(db, [person for person in facts.participants if person.in_class])
        rows = [self._row(facts, NoticeKind.DELAYED, str(substitution.id), reader, now) for reader in readers]
        await notices.prepare_deliveries(db, rows)

    async def _readers(
        self, db: AsyncSession, kind: NoticeKind, facts: ClassFacts, former: Recipient
    ) -> list[Recipient]:
        if kind == NoticeKind.REPLACED:
            return [former]
        if kind == NoticeKind.ASSIGNED:
            in_class = [person for person in facts.participants if person.in_class]
            return [instructor_reader(facts.instructor, in_class)]
        return await families(db, [person for person in facts.participants if person.in_class])

    def _row(
        self, facts: ClassFacts, kind: NoticeKind, occasion: str, reader: Recipient, now: datetime
    ) -> Notice:
        notice = ClassNotice(facts.session.organization_id, facts.session.id, kind, occasion)
        row = notice_row(self._links, self._sender_address, facts, notice, reader, now)
        row.deliver_by = row.send_after + _DELIVER_WITHIN
        return row

    def _offer_url(self, session: Session, offer: SubstitutionOffer, reader: Recipient) -> str:
        link = OfferLink(session.organization_id, offer.id, address_fingerprint(reader.address))
        return self._links.offer_url(link, session.ends_at + OFFER_PAGE_AFTER_CLASS)
