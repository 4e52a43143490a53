"""Asks the instructor of a class by mail to come, on behalf of a person of the school."""

from datetime import datetime
from uuid import UUID

from domain.errors import TransitionRefused
from domain.notices.kinds import NoticeKind
from domain.people.access import Principal
from domain.sessions.acts import Act, require_possible
from models.database import Database
from models.repositories import notices, sessions
from services.notice_content import gather
from services.notices import ClassNotice, notice_row
from services.recipients import recipients
from signing.links import LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput


class Nudges:
    def __init__(
        self, database: Database, links: LinkSigner, deliveries: DeliveryClient, sender_address: str
    ) -> None:
        """`sender_address` is the address that mails come from."""
        self._database = database
        self._links = links
        self._deliveries = deliveries
        self._sender_address = sender_address

    async def send(self, who: Principal, session_id: UUID, nudge_id: UUID, now: datetime) -> UUID:
        """Mail the instructor at once: before the planned start to check in, after it that the class waits.

        Returns the id of the message, `nudge_id`; called again with it, it is sent once. Raises NotFound,
        TransitionRefused for a class that waits for nobody, or whose instructor is there or has checked in.
        """
        async with self._database.tenant(who.organization_id) as db:
            session = await sessions.get_visible(db, session_id, who)
            require_possible(Act.NUDGE, session.state, session.ends_at, now)
            kind = NoticeKind.CHECK_IN if now < session.starts_at else NoticeKind.CLASS_WAITS
            facts = await gather(db, session_id, kind)
            readers = await recipients(db, kind, session, facts.instructor, facts.participants, now)
            if not readers:
                raise TransitionRefused(
                    "the instructor is in the room, or has confirmed to come",
                    next_step="Message the room, or open the class and call the instructor.",
                )
            about = ClassNotice(who.organization_id, session_id, kind)
            nudge = notice_row(self._links, self._sender_address, facts, about, readers[0], now)
            nudge.id, nudge.key = nudge_id, f"{nudge.key}#{nudge_id}"
            nudge.send_after, nudge.deliver_by = now, session.ends_at
            await notices.prepare(db, [nudge])
        await self._deliveries.start_or_leave(DeliveryInput(who.organization_id, nudge_id, session.ends_at))
        return nudge_id
