"""Finds another instructor for a class: starts the search, makes its offers, and lets one instructor take over.

The database decides. Each step locks the class, then the search, and reads both as they are: the first acceptance wins,
also when two come at the same moment, and none counts for a class that was moved, cancelled or is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.cases.kinds import ExceptionKind
from domain.cases.repairs import Repair, RepairResult
from domain.errors import StaleRevision
from domain.people.access import Principal
from domain.people.roles import Role
from domain.scheduling.booking_rules import Override
from domain.scheduling.candidates import ABSOLUTE, Ranked
from domain.scheduling.offers import (
    OfferRules,
    OfferState,
    SubstitutionReason,
    SubstitutionState,
    next_change,
    next_round,
)
from domain.scheduling.substitution_policy import SubstitutionPolicy
from domain.sessions.states import OVER_STATES, ROOM_STATES, SessionState
from domain.subjects import Subject
from models.people import Instructor
from models.repositories import booked_times, entities, join_links, sessions, substitutions, time_holds
from models.session import Participant, Session
from models.substitution import Substitution, SubstitutionOffer
from services import candidates, instructor_rules
from services.case_repairs import INSTRUCTOR_CASES, tried_for_sessions
from services.cases import NewCase, open_case, resolve_about
from services.clashes import span_of
from services.instructor_standing import standing_of
from services.organizations import organization, substitution_policy_of
from services.scheduling_rules import published_version
from services.substitution_notices import SubstitutionNotices

_MOST_IDEAS = 3
_ASKED_BY_NAME = (
    "asked by name to substitute"  # the reason for which rules are set aside, on the page of the class
)


@dataclass(frozen=True)
class SubstitutionRequest:
    organization_id: UUID
    session_id: UUID
    number: int  # of the requests for this class: called again with it, nothing is started twice
    reason: str = SubstitutionReason.UNSPECIFIED
    requested_by: str = ""
    instructor_id: UUID | None = None  # who is asked; None: by the ranking
    broadcast: bool = False


@dataclass(frozen=True)
class Search:
    """How a search goes on."""

    substitution: Substitution
    look_again_at: datetime | None = None  # None: it is over


def substitution_id(session_id: UUID, number: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"homeroom:substitution:{session_id}:{number}")


async def start(db: AsyncSession, request: SubstitutionRequest, now: datetime) -> Substitution:
    """Start the search for a class; one that goes on is joined: it asks the named person too, or everybody.

    Raises NotFound.
    """
    session = await sessions.lock(db, request.session_id)
    key = substitution_id(request.session_id, request.number)
    if earlier := await db.get(Substitution, key):
        return earlier
    if going_on := await substitutions.searching(db, session.id):
        going_on.broadcast = going_on.broadcast or request.broadcast
        if request.instructor_id is None or going_on.wanted_instructor_id is not None:
            going_on.wanted_instructor_id = request.instructor_id
        await db.flush()
        return going_on
    row = Substitution(
        id=key,
        organization_id=request.organization_id,
        session_id=session.id,
        number=request.number,
        starts_at=session.starts_at,
        absent_instructor_id=session.instructor_id,
        reason=request.reason,
        requested_by=request.requested_by,
        wanted_instructor_id=request.instructor_id,
        broadcast=request.broadcast,
        policy=substitution_policy_of(await organization(db)).model_dump(mode="json"),
        rules_version=await published_version(db),
        created_at=now,
    )
    db.add(row)
    await db.flush()
    return row


async def advance(
    db: AsyncSession, substitution_key: UUID, notices: SubstitutionNotices, now: datetime
) -> Search:
    """Make the offers that are due, or end the search: nobody is left, or the class needs nobody any more.

    Called again, it makes no offer twice. Raises NotFound.
    """
    session, row = await _locked(db, substitution_key)
    policy = SubstitutionPolicy.model_validate(row.policy)
    rules = policy.offer_rules
    if row.state != SubstitutionState.SEARCHING:
        return Search(row)
    if not _needs_somebody(session, row, now):
        await substitutions.end(db, row, SubstitutionState.WITHDRAWN, now)
        return Search(row)
    await substitutions.expire_offers(db, row.id, now)
    made = await substitutions.offers(db, [row.id])
    open_until = [offer.expires_at for offer in made if offer.state == OfferState.OFFERED]
    order = await candidates.ranked(
        db, session, now, rules=policy.ranking_rules, rules_version=row.rules_version
    )
    due = next_round(
        rules, now, session.starts_at, session.ends_at, open_offers=len(open_until), broadcast=row.broadcast
    )
    asked = {offer.instructor_id for offer in made}
    wanted = [one for one in _askable(order, row) if one.id not in asked]
    new = _offers(row, wanted if due.more is None else wanted[: due.more], len(made), now, due.until)
    if not new and not open_until:
        await _nobody_left(db, session, row, order, made, notices, rules, now)
        return Search(row)
    db.add_all(new)
    await db.flush()
    await notices.offer(db, session, new, now)
    if new:
        await tried_for_sessions(
            db,
            [session.id],
            INSTRUCTOR_CASES,
            Repair.OFFERS_SENT,
            RepairResult.WAITING,
            str(new[0].id),
            now,
            {"people": str(len(new))},
        )
    ends = [*open_until, *(offer.expires_at for offer in new), session.ends_at]
    if change := next_change(rules, now, session.starts_at):
        ends.append(change)
    return Search(row, min(ends))


@dataclass(frozen=True)
class Answer:
    """What an answer to an offer has led to."""

    offer: SubstitutionOffer
    substitution: Substitution
    session: Session
    leaves_room: UUID | None = None  # the participant who has to leave the room of the class


async def accept(
    db: AsyncSession, offer_id: UUID, substitution_key: UUID, notices: SubstitutionNotices, now: datetime
) -> Answer:
    """Let the instructor of an offer take over the class, if the offer still holds; else its state says why not.

    The rules of the search are asked again: since the offer was made, the instructor may have taken other classes, or
    is kept apart from a student. Who was asked by name teaches it in spite of those that can be set aside, which is
    written down. Raises DoubleBooked where they have another class by now, InstructorUnavailable; then nothing is
    changed.
    """
    session, row = await _locked(db, substitution_key)
    offer = await _open_offer(db, offer_id, session, row, now)
    if offer.state != OfferState.OFFERED:
        return Answer(offer, row, session)
    instructor = await entities.in_use(db, Instructor, offer.instructor_id)
    leaving = await swap_instructor(db, session, instructor, now)
    by_name = row.wanted_instructor_id == instructor.id
    await instructor_rules.check_instructor(
        db,
        session,
        override=Override(_ASKED_BY_NAME) if by_name else None,
        by=row.requested_by,
        since=now,
        own=await standing_of(db, row.rules_version),
    )
    former_id = row.absent_instructor_id
    offer.state, offer.answered_at = OfferState.ACCEPTED, now
    await db.flush()
    await substitutions.end(db, row, SubstitutionState.ACCEPTED, now, instructor.id)
    await notices.taken_over(db, session, str(row.id), former_id, now)
    return Answer(offer, row, session, leaving)


async def volunteer(
    db: AsyncSession,
    substitution_key: UUID,
    instructor_id: UUID,
    notices: SubstitutionNotices,
    now: datetime,
) -> Answer | None:
    """Let an instructor who was perhaps not asked take over the class; None: the search is over.

    Raises as `accept`; then nothing is changed.
    """
    session, row = await _locked(db, substitution_key)
    if row.state != SubstitutionState.SEARCHING or not _needs_somebody(session, row, now):
        return None
    made = await substitutions.offers(db, [row.id])
    offer = next((one for one in made if one.instructor_id == instructor_id), None)
    if offer is None:
        volunteered = Ranked(instructor_id)
        (offer,) = _offers(row, [volunteered], len(made), now, session.ends_at)
        db.add(offer)
    offer.state, offer.expires_at = OfferState.OFFERED, session.ends_at
    await db.flush()
    return await accept(db, offer.id, row.id, notices, now)


@dataclass(frozen=True)
class Assignment:
    """A class that goes from one instructor to another without an offer."""

    session_id: UUID
    former_id: UUID
    instructor_id: UUID


async def assign_all(
    db: AsyncSession,
    who: Principal,
    wanted: Sequence[Assignment],
    reason: str,
    rules_version: int,
    notices: SubstitutionNotices,
    now: datetime,
    act_id: UUID | None = None,
) -> list[Substitution]:
    """Let instructors take over classes that have not begun, all at once, so that they can also swap.

    Each person is told of all their classes in one message, that of the act `act_id`. Searches for these classes end.
    Each class has a substitution that was accepted, whose workflow is to be started. Raises DoubleBooked where somebody
    has another class, InstructorUnavailable where the published rules refuse somebody, and StaleRevision where a class
    has begun, is over or changed hands; then nothing is changed.
    """
    classes = {one.session_id: await sessions.lock(db, one.session_id) for one in _in_order(wanted)}
    for one in wanted:
        session = classes[one.session_id]
        if session.state != SessionState.SCHEDULED or session.instructor_id != one.former_id:
            span = span_of(session.starts_at, session.ends_at, session.time_zone)
            raise StaleRevision(
                f"“{session.title}”, {span}, has begun, or somebody else teaches it by now",
                session_id=str(session.id),
            )
        await substitutions.withdraw(db, session.id, now)
        await sessions.release_time_of(db, session.id, [one.former_id])
    # All at once, so that two calls that give classes to the same people wait for each other.
    await booked_times.lock_people(db, {one.instructor_id for one in wanted})
    policy = substitution_policy_of(await organization(db)).model_dump(mode="json")
    made = []
    for one in wanted:
        session = classes[one.session_id]
        instructor = await entities.in_use(db, Instructor, one.instructor_id)
        number = await substitutions.next_assignment(db, session.id)
        row = Substitution(
            id=substitution_id(session.id, number),
            organization_id=session.organization_id,
            session_id=session.id,
            number=number,
            starts_at=session.starts_at,
            absent_instructor_id=one.former_id,
            reason=reason,
            requested_by=who.actor,
            wanted_instructor_id=instructor.id,
            policy=policy,
            rules_version=rules_version,
            state=SubstitutionState.ACCEPTED,
            accepted_by_id=instructor.id,
            created_at=now,
            ended_at=now,
        )
        db.add(row)
        await swap_instructor(db, session, instructor, now)
        made.append(row)
    for row in made:  # once all have changed hands: two may have each other's time
        session = classes[row.session_id]
        await instructor_rules.check_instructor(db, session)
        await notices.taken_over(db, session, str(row.id), row.absent_instructor_id, now, act_id)
    return made


def _in_order(wanted: Sequence[Assignment]) -> list[Assignment]:
    """By the ids of the classes, so that two calls at once wait for each other."""
    return sorted(wanted, key=lambda one: one.session_id)


async def decline(db: AsyncSession, offer_id: UUID, substitution_key: UUID, now: datetime) -> Answer:
    """Record that the instructor cannot; an offer that was answered or is over stays as it is."""
    session, row = await _locked(db, substitution_key)
    offer = await _open_offer(db, offer_id, session, row, now)
    if offer.state == OfferState.OFFERED:
        offer.state, offer.answered_at = OfferState.DECLINED, now
        await db.flush()
    return Answer(offer, row, session)


async def offer_now(db: AsyncSession, offer: SubstitutionOffer, now: datetime) -> OfferState:
    """What holds of an offer at this moment, without changing it."""
    if offer.state != OfferState.OFFERED:
        return offer.state
    row = await substitutions.get(db, offer.substitution_id)
    return _holds(offer, await sessions.get_session(db, row.session_id), row, now)


async def withdraw(db: AsyncSession, substitution_key: UUID, now: datetime) -> Substitution:
    """End a search that is no longer wanted; one that is over stays as it is. Raises NotFound."""
    _, row = await _locked(db, substitution_key)
    if row.state == SubstitutionState.SEARCHING:
        await substitutions.end(db, row, SubstitutionState.WITHDRAWN, now)
    return row


async def _locked(db: AsyncSession, substitution_key: UUID) -> tuple[Session, Substitution]:
    session = await sessions.lock(db, (await substitutions.get(db, substitution_key)).session_id)
    return session, await substitutions.lock(db, substitution_key)


def _needs_somebody(session: Session, row: Substitution, now: datetime) -> bool:
    """Whether somebody is still wanted: an absent instructor who has come after all teaches the class."""
    if row.reason == SubstitutionReason.ABSENT and session.state == SessionState.LIVE:
        return False
    return (
        session.outcome is None
        and session.state not in OVER_STATES
        and now < session.ends_at
        and session.starts_at == row.starts_at
        and session.instructor_id == row.absent_instructor_id
    )


async def _open_offer(
    db: AsyncSession, offer_id: UUID, session: Session, row: Substitution, now: datetime
) -> SubstitutionOffer:
    """The offer as it is now; one that holds no more is marked so."""
    offer = await substitutions.offer(db, offer_id)
    assert offer is not None, "an offer is never deleted"
    offer.state = _holds(offer, session, row, now)
    await db.flush()
    return offer


def _holds(offer: SubstitutionOffer, session: Session, row: Substitution, now: datetime) -> OfferState:
    """The state of an offer, of which its time and the class's have their say."""
    if offer.state != OfferState.OFFERED:
        return offer.state
    if row.state != SubstitutionState.SEARCHING or not _needs_somebody(session, row, now):
        return OfferState.WITHDRAWN
    return OfferState.EXPIRED if offer.expires_at <= now else OfferState.OFFERED


async def swap_instructor(
    db: AsyncSession, session: Session, instructor: Instructor, now: datetime
) -> UUID | None:
    """Let the instructor take the place of the one before; returns the participant who leaves the room.

    Who may have been in the room stays in the record. Raises DoubleBooked.
    """
    former_id, has_room = session.instructor_id, session.state in ROOM_STATES
    await time_holds.release_class(db, session.id)  # what a plan holds for this very class
    await sessions.release_time_of(db, session.id, [former_id, instructor.id])
    await sessions.hold_time_of(db, session, [instructor.id], since=now)
    everybody = await sessions.participants(db, session.id)
    leaving = [person for person in everybody if person.instructor_id == former_id and person.in_class]
    place = next((person for person in everybody if person.instructor_id == instructor.id), None)
    place = place or Participant(
        id=uuid7(),
        organization_id=session.organization_id,
        session_id=session.id,
        role=Role.INSTRUCTOR,
        instructor_id=instructor.id,
        name=instructor.name,
    )
    place.removed_at = place.sent_out_at = None
    place.credentialed_at = now if has_room else None
    db.add(place)
    session.instructor_id = instructor.id
    instructor_rules.forget_instructor(session)
    session.people_changes += 1
    kind, why = ExceptionKind.VOLUNTEER_NOT_FOUND, "Somebody else teaches the class."
    await resolve_about(db, Subject.session(session.id), kind, why, now)
    for person in leaving:
        if has_room:
            person.removed_at = now
        else:
            await db.delete(person)
    await db.flush()
    if not has_room:
        return None
    await join_links.renew(db, [person.id for person in leaving], put_out=True)
    return leaving[0].id if leaving else None


def _askable(order: Sequence[Ranked], row: Substitution) -> list[Ranked]:
    """Whom the search may ask. For a person who was named, rules that can be set aside are."""
    if row.wanted_instructor_id is None:
        return [one for one in order if one.eligible]
    return [
        one for one in order if one.id == row.wanted_instructor_id and not ABSOLUTE.intersection(one.why_not)
    ]


def _offers(
    row: Substitution, wanted: Sequence[Ranked], made: int, now: datetime, until: datetime
) -> list[SubstitutionOffer]:
    return [
        SubstitutionOffer(
            id=uuid5(row.id, str(one.id)),
            organization_id=row.organization_id,
            substitution_id=row.id,
            instructor_id=one.id,
            position=made + number,
            score=one.score,
            terms={str(term): value for term, value in one.terms.items()},
            sent_at=now,
            expires_at=until,
        )
        for number, one in enumerate(wanted, start=1)
    ]


async def _nobody_left(
    db: AsyncSession,
    session: Session,
    row: Substitution,
    order: Sequence[Ranked],
    made: Sequence[SubstitutionOffer],
    notices: SubstitutionNotices,
    rules: OfferRules,
    now: datetime,
) -> None:
    """End the search and open a case with ideas; families are told of a class that should have begun."""
    await substitutions.end(db, row, SubstitutionState.NOBODY, now)
    ideas = await _ideas(db, session, order, made, now)
    detail: Mapping[str, str] = {
        "substitution_id": str(row.id),
        "asked": str(len(made)),
        **{f"idea_{number}": idea for number, idea in enumerate(ideas, start=1)},
    }
    kind, key = ExceptionKind.SUBSTITUTE_NOT_FOUND, str(row.id)
    case = NewCase.about_session(session.organization_id, session.id, kind, "", detail, key)
    await open_case(db, case, now)
    if rules.tell_families_of_delay and now >= session.starts_at:
        await notices.delayed(db, session, row, now)


async def _ideas(
    db: AsyncSession,
    session: Session,
    order: Sequence[Ranked],
    made: Sequence[SubstitutionOffer],
    now: datetime,
) -> list[str]:
    """What ops can try, the best first, as codes and ids.

    `swap:A:S:B`: A could teach if B took over their class S. `call:A`: A has not answered. `override:A:rule`: A could
    teach if this rule were set aside.
    """
    found = [
        f"swap:{swap.instructor_id}:{swap.their_session_id}:{swap.taken_by_id}"
        for swap in await candidates.swaps(db, session, order, now, _MOST_IDEAS)
    ]
    found += [f"call:{offer.instructor_id}" for offer in made if offer.state == OfferState.EXPIRED]
    found += [
        f"override:{one.id}:{one.why_not[0]}"
        for one in order
        if len(one.why_not) == 1 and one.why_not[0] not in ABSOLUTE
    ]
    return found[:_MOST_IDEAS]
