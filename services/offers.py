"""Answers to offers to teach a class, with the link in the mail: no password, and it works once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import LinkExpired, Unavailable
from domain.people.roles import identity_of
from domain.scheduling.offers import OfferState
from media_bridge.rooms import LiveKitRooms
from models.authorship import authorship
from models.course import Course
from models.database import Database
from models.people import Instructor
from models.repositories import entities, sessions, substitutions
from models.session import Participant, Session
from models.substitution import SubstitutionOffer
from services.organizations import organization
from services.substitution_notices import SubstitutionNotices
from services.substitutions import Answer, accept, decline, offer_now
from signing.links import LinkSigner, OfferLink, address_fingerprint
from workflows.client import SubstitutionClient


@dataclass(frozen=True)
class OfferPage:
    """An offer as its instructor reads it."""

    organization: str
    instructor: Instructor
    session: Session
    course: Course
    topics: tuple[str, ...]
    students: int
    state: OfferState
    expires_at: datetime


class Offers:
    """The methods raise LinkInvalid, LinkExpired: also if the instructor's address has changed since."""

    def __init__(
        self,
        database: Database,
        links: LinkSigner,
        notices: SubstitutionNotices,
        client: SubstitutionClient,
        rooms: LiveKitRooms,
    ) -> None:
        self._database = database
        self._links = links
        self._notices = notices
        self._client = client
        self._rooms = rooms

    async def read(self, token: str, now: datetime) -> OfferPage:
        """The offer as it is now. Changes nothing: mail scanners open links."""
        link = self._links.read_offer(token, now)
        async with self._database.tenant(link.organization_id) as db:
            offer = await _offer(db, link)
            return await _page(db, await offer_now(db, offer, now), offer)

    async def accept(self, token: str, now: datetime) -> OfferPage:
        """Take over the class if the offer still holds; its state says whether it did.

        Raises DoubleBooked where the instructor has another class by now, InstructorUnavailable where the rules don't
        let them teach it any more.
        """
        return await self._answer(token, now, accepts=True)

    async def decline(self, token: str, now: datetime) -> OfferPage:
        """Say that the instructor cannot. An answer that was given before stays."""
        return await self._answer(token, now, accepts=False)

    async def _answer(self, token: str, now: datetime, *, accepts: bool) -> OfferPage:
        link = self._links.read_offer(token, now)
        async with self._database.tenant(link.organization_id) as db:
            instructor_id = (await _offer(db, link)).instructor_id
        authorship.get().actor = f"instructor:{instructor_id}"
        async with self._database.tenant(link.organization_id) as db:
            offer = await _offer(db, link)
            keys = offer.id, offer.substitution_id
            answer = await accept(db, *keys, self._notices, now) if accepts else await decline(db, *keys, now)
            page = await _page(db, answer.offer.state, answer.offer)
        await self._follow(answer)
        return page

    async def _follow(self, answer: Answer) -> None:
        """After the commit. Both are also done without this, later: by the search's next look, and by the watch."""
        await self._client.answered(answer.session.id, answer.substitution.number)
        if answer.leaves_room:
            await _put_out(self._rooms, answer.session.id, answer.leaves_room)


async def _put_out(rooms: LiveKitRooms, session_id: UUID, participant_id: UUID) -> None:
    try:
        await rooms.remove_participant(session_id, identity_of(participant_id))
    except Unavailable:
        return


async def _offer(db: AsyncSession, link: OfferLink) -> SubstitutionOffer:
    offer = await substitutions.offer(db, link.offer_id)
    instructor = await db.get(Instructor, offer.instructor_id) if offer else None
    if offer is None or instructor is None or instructor.retired_at:
        raise LinkExpired("this link belongs to an account that is no longer in use")
    if address_fingerprint(instructor.email) != link.fingerprint:
        raise LinkExpired("this link belongs to an address that is no longer in use")
    return offer


async def _page(db: AsyncSession, state: OfferState, offer: SubstitutionOffer) -> OfferPage:
    search = await substitutions.get(db, offer.substitution_id)
    session = await sessions.get_session(db, search.session_id)
    people: list[Participant] = await sessions.participants(db, session.id)
    return OfferPage(
        (await organization(db)).name,
        await entities.get(db, Instructor, offer.instructor_id),
        session,
        await entities.get(db, Course, session.course_id),
        tuple(topic.title for topic in await sessions.topics(db, session.id)),
        sum(person.student_id is not None and person.in_class for person in people),
        state,
        offer.expires_at,
    )
