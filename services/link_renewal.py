"""Join links end with what they rest on: who gets them, at which address, and the person's place in the class.

A renewed link has another version, so the earlier one opens nothing. Everybody who gets the participant's messages gets
one mail with the new links, however many classes it concerns. The mail is written into the outbox in the transaction
that renews the links, and its text when it is delivered: it names the links that hold then.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.notices.kinds import AccountNoticeKind, NoticeKind, notice_id, notice_key
from domain.people.sign_in import FAMILY_LINK_TTL
from domain.sessions.states import OVER_STATES
from domain.subjects import SubjectKind
from models.database import Database
from models.notice import Notice
from models.organization import Organization
from models.repositories import join_links, notices, people
from models.repositories.join_links import Place
from models.session import Session
from reports.catalogue import words_in
from reports.contexts import RenderedMessage
from reports.renewed_links import RenewedLink, render_renewed_links
from services.joining import join_url, short_join_url
from services.organizations import organization
from services.recipients import Recipient, reader_of_links, readers_of
from services.renewed_link_calendars import RenewedLinkCalendars
from signing.links import FamilyLink, LinkSigner

_DELIVER_WITHIN = timedelta(days=1)
_MOST = 200  # classes that are read for a mail


async def renew_links_of(
    db: AsyncSession,
    person_ids: Collection[UUID],
    now: datetime,
    *,
    put_out: bool,
    former: Sequence[UUID] = (),
) -> None:
    """Renew the links of these students or instructors in all classes that are not filed or cancelled.

    With `put_out`, who is in a room with an earlier link is put out of it. `former` are guardians who no longer get the
    students' messages.
    """
    await renew_links(db, await join_links.of_people(db, person_ids), now, put_out=put_out, former=former)


async def renew_links_of_children(
    db: AsyncSession, guardian_id: UUID, now: datetime, *, retired: bool = False
) -> None:
    """Renew the links of a guardian's children, after the guardian's address has changed or they are retired."""
    children = await people.children_of(db, guardian_id)
    await renew_links_of(db, children, now, put_out=retired, former=[guardian_id] if retired else ())


async def renew_links(
    db: AsyncSession, places: Sequence[Place], now: datetime, *, put_out: bool, former: Sequence[UUID] = ()
) -> None:
    """Renew these links, and write the mails with the new ones to those who get the participants' messages."""
    if not places:
        return
    await join_links.renew(db, [person.id for _, person in places], put_out=put_out)
    coming = sorted(
        (
            (session, person)
            for session, person in places
            if person.in_class and session.state not in OVER_STATES and session.ends_at > now
        ),
        key=lambda place: place[0].starts_at,
    )
    readers = await readers_of(db, [person for _, person in coming])
    session_ids = {session.id for session, _ in places}
    await notices.withdraw_repeats(db, session_ids, [*(reader.id for reader in readers), *former], now)
    if former:
        await notices.withdraw_from_former(db, session_ids, former, now)
    await notices.prepare_deliveries(db, [_notice(reader, _first(reader, coming), now) for reader in readers])


def _first(reader: Recipient, coming: Sequence[Place]) -> Session:
    """The reader's next class among these."""
    own = {key for person in reader.participants for key in (person.student_id, person.instructor_id) if key}
    return next(
        session for session, person in coming if person.student_id in own or person.instructor_id in own
    )


def _notice(reader: Recipient, first: Session, now: datetime) -> Notice:
    kind = AccountNoticeKind.LINKS_RENEWED
    key = notice_key(reader.id, kind, reader.id, now.isoformat())
    # As urgent as the news that a class is on the schedule.
    send_after = reader.send_at(NoticeKind.ADDED, now, first.starts_at)
    return Notice(
        id=notice_id(key),
        organization_id=first.organization_id,
        key=key,
        subject_kind=SubjectKind(reader.kind),
        subject_id=reader.id,
        kind=kind,
        recipient_kind=reader.kind,
        recipient_id=reader.id,
        address=reader.address,
        subject=words_in(reader.language)["links_renewed_subject"],
        html="",
        text="",
        send_after=send_after,
        deliver_by=send_after + _DELIVER_WITHIN,
        created_at=now,
    )


class RenewedLinkMails:
    """Writes the text of a mail with new links just before it is delivered."""

    def __init__(self, database: Database, links: LinkSigner, sender_address: str) -> None:
        """`sender_address` is the address that mails come from."""
        self._database = database
        self._links = links
        self._sender_address = sender_address

    async def write(self, organization_id: UUID, notice_id: UUID, now: datetime) -> None:
        """Write the text, to the address that the reader has now. Other kinds of messages stay as they are.

        The mail is withdrawn if its reader has no class to come. Raises NotFound, Unavailable.
        """
        async with self._database.tenant(organization_id) as db:
            notice = await notices.get(db, notice_id)
            if notice.kind != AccountNoticeKind.LINKS_RENEWED or not notice.waits:
                return
            found = await reader_of_links(db, notice.recipient_kind, notice.recipient_id)
            places = await join_links.renewed_to_come(db, found.person_ids, now, _MOST) if found else []
            if found is None or not places:
                await notices.withdraw(db, notice_id, now)
                return
            school = await organization(db)
            message = self._rendered(school, found.reader, places, now)
            calendars = RenewedLinkCalendars(school, self._links, self._sender_address, now)
            classes = list({session.id: session for session, _ in places}.values())
            await notices.rewrite(
                db,
                notice_id,
                address=found.reader.address,
                subject=message.subject,
                html=message.html,
                text=message.text,
                calendar=await calendars.entries(db, found, classes),
            )

    def _rendered(
        self, school: Organization, reader: Recipient, places: Sequence[Place], now: datetime
    ) -> RenderedMessage:
        return render_renewed_links(
            [
                RenewedLink(
                    person.name,
                    session.title,
                    session.starts_at,
                    join_url(self._links, session, person),
                    short_join_url(self._links, person),
                )
                for session, person in places
            ],
            reader=reader.name,
            organization=school.name,
            family_url=self._family_url(school.id, reader, max(session.ends_at for session, _ in places)),
            language=reader.language,
            time_zone=reader.time_zone,
            now=now,
        )

    def _family_url(self, organization_id: UUID, reader: Recipient, last_end: datetime) -> str:
        """The page of a guardian; others have none."""
        if reader.kind != "guardian":
            return ""
        link = FamilyLink(organization_id, reader.id, reader.address)
        return self._links.family_url(link, last_end + FAMILY_LINK_TTL)
