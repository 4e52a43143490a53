"""Swaps between colleagues: one offers a class, alone or for one of the other's, and the other agrees or does not.

The database decides. An answer locks both classes, then the offer, and reads them as they are: of two answers at one
moment the first counts, and none counts for a class that was moved, cancelled or changed hands meanwhile. With the
acceptance both classes change hands in one transaction, as by a substitution; then their workflows are told.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, TransitionRefused
from domain.people.access import Principal, require_acts_for
from domain.scheduling.self_service import SelfServicePolicy
from domain.scheduling.swaps import REASON, SwapState
from domain.sessions.states import SessionState
from models.class_swap import ClassSwap
from models.database import Database
from models.people import Instructor
from models.repositories import booked_times, class_swaps, entities, sessions, substitutions
from models.repositories.class_swaps import SwapRow
from models.session import Session
from services.clashes import named_refusals
from services.inputs.swaps import NewSwap
from services.instructor_mails import InstructorMails
from services.instructor_rules import said_in_general
from services.organizations import organization, self_service_policy_of
from services.rates import check_rate
from services.scheduling_rules import published_version
from services.substitution_notices import SubstitutionNotices
from services.substitutions import Assignment, assign_all
from services.swap_partners import why_not
from workflows.client import SubstitutionClient
from workflows.contracts.substitutions import SubstitutionRef

SHOWN_FOR = timedelta(days=30)
_MOST = 100
_MOST_OFFERS, _MOST_OFFERS_WITHIN = 5, timedelta(hours=1)  # of one class: each is a mail to a colleague
NOT_ALLOWED = "your school doesn't let instructors swap this class here"
RULES_FORBID = "the rules of your school don't allow this swap any more"
OFTEN = "this class was offered many times in the last hour"
ALREADY_OFFERED = "this class is offered to a colleague already"
CHANGED = "one of the classes has changed since the page was opened"
ASK_SCHOOL = "Contact your school."
SEE_SWAPS = "See your swaps for what holds now."
# What an answer that comes too late meets.
OVER: Mapping[SwapState, str] = {
    SwapState.ACCEPTED: "this swap was accepted already",
    SwapState.DECLINED: "this swap was declined already",
    SwapState.WITHDRAWN: "your colleague has withdrawn this offer",
    SwapState.EXPIRED: "this offer has expired",
    SwapState.OUTDATED: "one of the classes was moved, cancelled or given to somebody else",
}


class Swaps:
    """Instructors offer and answer for themselves; staff and keys that book classes do so for any instructor.

    The methods raise NotFound for what is not the caller's to offer or answer.
    """

    def __init__(
        self,
        database: Database,
        notices: SubstitutionNotices,
        mails: InstructorMails,
        client: SubstitutionClient,
    ) -> None:
        self._database = database
        self._notices = notices
        self._mails = mails
        self._client = client

    async def offer(
        self, who: Principal, session_id: UUID, swap_id: UUID, new: NewSwap, now: datetime
    ) -> None:
        """Offer an own class to a colleague, who is told by mail. Called again with the same id, it changes nothing.

        Raises NotFound, TransitionRefused where the policy or the rules do not allow it, or the class is offered, and
        RateLimited for one that is offered and withdrawn again and again.
        """
        async with self._database.tenant(who.organization_id) as db:
            if await db.get(ClassSwap, swap_id):
                return
            session, returned = await _locked(db, session_id, new.return_session_id)
            require_acts_for(who, session.instructor_id, f"there is no session {session_id}")
            policy = await _policy(db)
            _check_offer(policy, session, returned, new, now)
            await _release_outdated(db, session_id, now)
            recent = await class_swaps.offered_since(db, session_id, now - _MOST_OFFERS_WITHIN)
            check_rate(recent, _MOST_OFFERS, _MOST_OFFERS_WITHIN, now, OFTEN)
            if await why_not(db, session, new.colleague_id, returned, now):
                raise TransitionRefused(RULES_FORBID, next_step=ASK_SCHOOL)
            await entities.in_use(db, Instructor, new.colleague_id)
            db.add(
                ClassSwap(
                    id=swap_id,
                    organization_id=who.organization_id,
                    session_id=session.id,
                    starts_at=session.starts_at,
                    from_instructor_id=session.instructor_id,
                    to_instructor_id=new.colleague_id,
                    return_session_id=returned.id if returned else None,
                    return_starts_at=returned.starts_at if returned else None,
                    note=new.note,
                    expires_at=_first_start(session, returned) - policy.swap_until,
                    created_at=now,
                )
            )
            await db.flush()
            await self._mails.swap_offered(db, await _row(db, swap_id), now)

    async def accept(self, who: Principal, swap_id: UUID, now: datetime) -> None:
        """Both classes change hands at once; families, calendars and both instructors are told.

        A repeat tells the workflows of the classes again, and nobody else. Raises NotFound, TransitionRefused,
        DoubleBooked, and then nothing is changed; Unavailable, and then it is to be repeated.
        """
        async with (
            named_refusals(self._database, who.organization_id, who),
            self._database.tenant(who.organization_id) as db,
        ):
            row = await _answerable(db, who, swap_id)
            if row.swap.state != SwapState.ACCEPTED:
                _check_open(row, now)
                await self._check_allowed(db, row, now)
                version = await published_version(db)
                with said_in_general(TransitionRefused(RULES_FORBID, next_step=ASK_SCHOOL)):
                    await assign_all(db, who, _handed_over(row.swap), REASON, version, self._notices, now)
                row.swap.state, row.swap.answered_at = SwapState.ACCEPTED, now
                await db.flush()
            made = [
                await substitutions.taken_over(db, one.session_id, one.instructor_id)
                for one in _handed_over(row.swap)
            ]
        for one in made:  # each tells the workflow of its class who teaches it now
            if one is not None:
                await self._client.start(
                    SubstitutionRef(one.organization_id, one.session_id, one.id), one.number
                )

    async def decline(self, who: Principal, swap_id: UUID, now: datetime) -> None:
        """Say no; whoever offered the class is told by mail. A repeat changes nothing.

        Raises NotFound, TransitionRefused where the offer is over.
        """
        async with self._database.tenant(who.organization_id) as db:
            row = await _answerable(db, who, swap_id)
            if row.swap.state == SwapState.DECLINED:
                return
            _check_open(row, now)
            row.swap.state, row.swap.answered_at = SwapState.DECLINED, now
            await db.flush()
            await self._mails.swap_declined(db, row, now)

    async def withdraw(self, who: Principal, swap_id: UUID, now: datetime) -> None:
        """Take an own offer back. A repeat changes nothing.

        Raises NotFound, TransitionRefused where the colleague has answered.
        """
        async with self._database.tenant(who.organization_id) as db:
            swap = await entities.lock(db, ClassSwap, swap_id)
            if swap is None:
                raise NotFound(_missing(swap_id))
            require_acts_for(who, swap.from_instructor_id, _missing(swap_id))
            if swap.state == SwapState.WITHDRAWN:
                return
            if swap.state != SwapState.OFFERED:
                raise TransitionRefused(OVER[swap.state], next_step=SEE_SWAPS)
            swap.state, swap.answered_at = SwapState.WITHDRAWN, now
            await db.flush()
            await self._mails.swap_withdrawn(db, await _row(db, swap_id), now)

    async def _check_allowed(self, db: AsyncSession, row: SwapRow, now: datetime) -> None:
        """As when it was offered: the rules, the hours of both and the policy may have changed since."""
        if not (await _policy(db)).instructors_swap:
            raise TransitionRefused(NOT_ALLOWED, next_step=ASK_SCHOOL)
        swap = row.swap
        await booked_times.lock_people(db, [swap.from_instructor_id, swap.to_instructor_id])
        if await why_not(db, row.session, swap.to_instructor_id, row.returned, now):
            raise TransitionRefused(RULES_FORBID, next_step=ASK_SCHOOL)


async def own(db: AsyncSession, instructor_id: UUID, now: datetime) -> Sequence[SwapRow]:
    """What an instructor has offered and was asked in the last month, the latest first."""
    return await class_swaps.of_instructor(db, instructor_id, now - SHOWN_FOR, _MOST)


async def shown(db: AsyncSession, who: Principal, swap_id: UUID) -> SwapRow:
    """A swap that the caller may see: an instructor those that they offered or were asked. Raises NotFound."""
    row = await class_swaps.get(db, swap_id)
    if row is None or not class_swaps.is_visible(row.swap, who):
        raise NotFound(_missing(swap_id))
    return row


async def open_of(db: AsyncSession, session_ids: Sequence[UUID], now: datetime) -> list[SwapRow]:
    """The offers that give or take one of these classes and still hold."""
    rows = await class_swaps.of_sessions(db, session_ids, _MOST)
    return [row for row in rows if row.state(now) == SwapState.OFFERED]


async def offerable(db: AsyncSession, who: Principal, session_id: UUID, now: datetime) -> Session:
    """An own class that the instructor may offer. Raises NotFound, TransitionRefused."""
    session = await sessions.get_visible(db, session_id, who)
    if session.state != SessionState.SCHEDULED or not (await _policy(db)).may_swap(session.starts_at, now):
        raise TransitionRefused(NOT_ALLOWED, next_step=ASK_SCHOOL)
    return session


async def _policy(db: AsyncSession) -> SelfServicePolicy:
    return self_service_policy_of(await organization(db))


def _handed_over(swap: ClassSwap) -> list[Assignment]:
    made = [Assignment(swap.session_id, swap.from_instructor_id, swap.to_instructor_id)]
    if swap.return_session_id:
        made.append(Assignment(swap.return_session_id, swap.to_instructor_id, swap.from_instructor_id))
    return made


def _first_start(session: Session, returned: Session | None) -> datetime:
    return min(session.starts_at, returned.starts_at) if returned else session.starts_at


def _check_offer(
    policy: SelfServicePolicy, session: Session, returned: Session | None, new: NewSwap, now: datetime
) -> None:
    if not policy.may_swap(_first_start(session, returned), now) or new.colleague_id == session.instructor_id:
        raise TransitionRefused(NOT_ALLOWED, next_step=ASK_SCHOOL)
    if session.state != SessionState.SCHEDULED:
        raise TransitionRefused(CHANGED, next_step=SEE_SWAPS)
    if returned and (returned.state != SessionState.SCHEDULED or returned.instructor_id != new.colleague_id):
        raise TransitionRefused(CHANGED, next_step=SEE_SWAPS)


async def _release_outdated(db: AsyncSession, session_id: UUID, now: datetime) -> None:
    """End offers of this class that hold no more. Raises TransitionRefused for one that does."""
    for row in await class_swaps.of_sessions(db, [session_id], _MOST):
        if row.swap.session_id == session_id:
            row.swap.state = row.state(now)
            if row.swap.state == SwapState.OFFERED:
                raise TransitionRefused(ALREADY_OFFERED, next_step=SEE_SWAPS)
    await db.flush()


async def _locked(
    db: AsyncSession, session_id: UUID, return_session_id: UUID | None
) -> tuple[Session, Session | None]:
    """Both classes, locked in the order of their ids. Raises NotFound."""
    ids = {session_id, return_session_id} - {None}
    found = {key: await sessions.lock(db, key) for key in sorted(key for key in ids if key)}
    return found[session_id], found[return_session_id] if return_session_id else None


async def _answerable(db: AsyncSession, who: Principal, swap_id: UUID) -> SwapRow:
    """The offer with its classes, all locked. Raises NotFound for one that was not made to the caller."""
    swap = await db.get(ClassSwap, swap_id)
    if swap is None:
        raise NotFound(_missing(swap_id))
    require_acts_for(who, swap.to_instructor_id, _missing(swap_id))
    await _locked(db, swap.session_id, swap.return_session_id)
    await entities.lock(db, ClassSwap, swap_id)
    return await _row(db, swap_id)


def _check_open(row: SwapRow, now: datetime) -> None:
    state = row.state(now)
    if state != SwapState.OFFERED:
        raise TransitionRefused(OVER[state], next_step=SEE_SWAPS)


async def _row(db: AsyncSession, swap_id: UUID) -> SwapRow:
    row = await class_swaps.get(db, swap_id)
    assert row is not None, "a swap is never deleted"
    return row


def _missing(swap_id: UUID) -> str:
    return f"there is no swap {swap_id}"
