"""An instructor confirms to be there for a class: with the link in a mail, on their own page, or through the school."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import LinkReplaced, TransitionRefused
from domain.people.access import Principal
from domain.sessions.states import ROOM_STATES, SessionState
from models.authorship import authorship
from models.database import Database
from models.people import Instructor
from models.repositories import entities, sessions
from models.session import Participant, Session
from services.joining import join_url, refuse_replaced
from signing.links import LINK_VALID_AFTER_CLASS, CheckInLink, LinkSigner

_MAY_BE_CONFIRMED = ROOM_STATES | {SessionState.SCHEDULED}


def check_in_url(links: LinkSigner, session: Session, person: Participant) -> str:
    """The link to the page on which the instructor confirms to be there. It is valid as long as their join link."""
    assert person.instructor_id is not None, "only instructors confirm"
    link = CheckInLink(
        session.id, session.organization_id, person.id, person.instructor_id, person.link_version
    )
    return links.check_in_url(link, session.ends_at + LINK_VALID_AFTER_CLASS)


@dataclass(frozen=True)
class CheckIn:
    """What the page of a check-in link shows."""

    session: Session
    instructor: Instructor
    confirmed: bool
    over: bool
    join_url: str  # empty while nobody can join


class CheckIns:
    def __init__(self, database: Database, links: LinkSigner) -> None:
        self._database = database
        self._links = links

    async def of_link(self, token: str, now: datetime) -> CheckIn:
        """Read what a link is about; this confirms nothing. Raises LinkInvalid, LinkExpired, LinkReplaced."""
        link = self._links.read_check_in(token, now)
        async with self._database.tenant(link.organization_id) as db:
            return await self._page(db, *await _place(db, link), now)

    async def confirm(self, token: str, starts_at: datetime, now: datetime) -> CheckIn:
        """Confirm the start that the page showed; of a class that was moved since, nothing is confirmed.

        Raises LinkInvalid, LinkExpired, LinkReplaced.
        """
        link = self._links.read_check_in(token, now)
        authorship.get().actor = f"instructor:{link.instructor_id}"
        async with self._database.tenant(link.organization_id) as db:
            session, person = await _place(db, link)
            if session.starts_at == starts_at and _may_be_confirmed(session, now):
                person = await _check_in(db, session, person, now)
            return await self._page(db, session, person, now)

    async def check_in(self, who: Principal, session_id: UUID, now: datetime) -> None:
        """Confirm for the instructor of a class, who is the caller or has told the school. A repeat changes nothing.

        Raises NotFound for a class that is not the caller's, TransitionRefused for one that is over or has nobody to
        teach it.
        """
        async with self._database.tenant(who.organization_id) as db:
            session = await sessions.get_visible(db, session_id, who)
            if not _may_be_confirmed(session, now):
                raise TransitionRefused(f"a class that is {session.state} is not confirmed any more")
            person = await _teacher(db, session)
            if person is None:
                raise TransitionRefused(
                    "nobody is booked to teach this class", next_step="Find a substitute."
                )
            await _check_in(db, session, person, now)

    async def _page(self, db: AsyncSession, session: Session, person: Participant, now: datetime) -> CheckIn:
        assert person.instructor_id is not None, "a link to check in is an instructor's"
        return CheckIn(
            session,
            await entities.get(db, Instructor, person.instructor_id),
            confirmed=person.has_checked_in(session.starts_at),
            over=not _may_be_confirmed(session, now),
            join_url=join_url(self._links, session, person) if session.state in ROOM_STATES else "",
        )


async def _place(db: AsyncSession, link: CheckInLink) -> tuple[Session, Participant]:
    joining = await sessions.joining(db, link.session_id, link.participant_id)
    refuse_replaced(joining, link.version)
    if joining.participant.instructor_id != link.instructor_id:
        raise LinkReplaced
    return joining.session, joining.participant


async def _teacher(db: AsyncSession, session: Session) -> Participant | None:
    people = await sessions.participants(db, session.id)
    return next(
        (one for one in people if one.instructor_id == session.instructor_id and one.in_class),
        None,
    )


async def _check_in(db: AsyncSession, session: Session, person: Participant, now: datetime) -> Participant:
    locked = await entities.lock(db, Participant, person.id)
    if locked is None or locked.has_checked_in(session.starts_at):
        return locked or person
    locked.checked_in_at, locked.checked_in_for = now, session.starts_at
    await db.flush()
    return locked


def _may_be_confirmed(session: Session, now: datetime) -> bool:
    return session.state in _MAY_BE_CONFIRMED and now < session.ends_at
