"""Tells somebody of what was asked and is not answered: calls for volunteers, and offers of swaps to a colleague.

Whoever opened a class to volunteers has an exception while there is still time to look for somebody else. Whoever
offered a class to a colleague who does not answer is told by mail that they still teach it.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.kinds import ExceptionKind
from domain.errors import HomeroomError
from domain.scheduling.swaps import SwapState
from domain.scheduling.volunteers import CallState, is_running_out
from models.class_swap import ClassSwap
from models.database import Database
from models.repositories import class_swaps, entities, sessions, unanswered_asks, volunteer_calls
from models.repositories.unanswered_asks import AskKind, UnansweredAsk
from models.volunteer_call import VolunteerCall
from services.cases import NewCase, member_or_nobody, open_case
from services.instructor_mails import InstructorMails

_AHEAD = timedelta(hours=3)  # more than the time before its end at which a call is running out
_MOST = 500  # of each kind in one look
logger = logging.getLogger(__name__)


class UnansweredAsks:
    def __init__(self, database: Database, mails: InstructorMails, region: str) -> None:
        self._database = database
        self._mails = mails
        self._region = region

    async def look(self, now: datetime) -> int:
        """Returns how many asks somebody was told of. Raises Unavailable without a database."""
        async with self._database.unscoped() as db:
            found = await unanswered_asks.unanswered(
                db, self._region, starts_before=now + _AHEAD, expires_before=now, most=_MOST
            )
        told = 0
        for one in found:
            try:
                async with self._database.tenant(one.organization_id) as db:
                    told += await self._settle(db, one, now)
            except HomeroomError as error:
                extra = {"kind": one.kind, "reason": error.code}
                logger.warning("an unanswered ask is left to the next run", extra=extra)
        return told

    async def _settle(self, db: AsyncSession, one: UnansweredAsk, now: datetime) -> bool:
        if one.kind == AskKind.CALL:
            return await _settle_call(db, one, now)
        swap = await entities.lock(db, ClassSwap, one.id)
        if swap is None or swap.state != SwapState.OFFERED:
            return False
        row = await class_swaps.get(db, one.id)
        assert row is not None, "a swap is never deleted"
        swap.state = row.state(now)
        await db.flush()
        if swap.state != SwapState.EXPIRED:
            return False
        await self._mails.swap_expired(db, row, now)
        return True


async def _settle_call(db: AsyncSession, one: UnansweredAsk, now: datetime) -> bool:
    call = await db.get(VolunteerCall, one.id)
    if call is None:
        return False
    await sessions.lock(db, call.session_id)
    row = await volunteer_calls.latest(db, call.session_id)
    if row is None or row.call.id != one.id or row.call.state != CallState.OPEN:
        return False
    state = row.state(now)
    if state != CallState.OPEN:
        row.call.state, row.call.ended_at = state, now
    elif not is_running_out(row.call.created_at, row.call.starts_at, now):
        return False
    if state == CallState.OUTDATED:
        return False
    new = NewCase.about_session(
        row.call.organization_id,
        row.session.id,
        ExceptionKind.VOLUNTEER_NOT_FOUND,
        "",
        {"asked": str(len(row.call.told_ids)), "instructor_id": str(row.call.instructor_id)},
        key=str(row.call.id),
        assignee=member_or_nobody(row.call.opened_by),
    )
    return await open_case(db, new, now)
