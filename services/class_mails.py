"""Writes the mails about a class that are delivered by themselves, as the class is when they are sent.

Such a mail may wait for hours while a mail server is down. By then the class may be over, moved or cancelled, and who
was missing may have come: then it is withdrawn, or has no button to join.
"""

from datetime import datetime
from uuid import UUID

from domain.errors import TransitionRefused
from domain.notices.kinds import WRITTEN_WHEN_SENT
from models.database import Database
from models.repositories import notices
from services.notices import REWRITTEN, as_it_reads_now
from signing.links import LinkSigner


class ClassMails:
    def __init__(self, database: Database, links: LinkSigner, sender_address: str) -> None:
        """`sender_address` is the address that mails come from."""
        self._database = database
        self._links = links
        self._sender_address = sender_address

    async def write(self, organization_id: UUID, notice_id: UUID, now: datetime) -> None:
        """Write a mail that waits as it reads now, to the address that the reader has now, or withdraw it.

        Mails that do not depend on how the class goes stay as they are. Raises NotFound, Unavailable.
        """
        async with self._database.tenant(organization_id) as db:
            notice = await notices.get(db, notice_id)
            if notice.kind not in WRITTEN_WHEN_SENT or notice.session_id is None or not notice.waits:
                return
            try:
                written = await as_it_reads_now(
                    db, self._links, self._sender_address, notice, now, notice.class_starts_at
                )
            except TransitionRefused:
                await notices.withdraw(db, notice_id, now)
            else:
                await notices.rewrite(db, notice_id, **{name: getattr(written, name) for name in REWRITTEN})
