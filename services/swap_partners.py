"""Whom an instructor can ask to take a class, alone or for one of theirs, by the rules; and why the others cannot.

Colleagues read a reason in general terms alone: nothing of a person's leave, papers or the families' wishes.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.scheduling.swaps import SwapBar, bars_of
from matching.calendars import Calendars
from matching.prepared import PreparedProblem
from models.repositories import substitutions
from models.session import Session
from services.planning.candidates import candidates_for, refusals_of
from services.planning.problems import problem_of

AHEAD = timedelta(days=14)  # of now: classes that can be taken in return


@dataclass(frozen=True)
class Colleague:
    id: UUID
    name: str
    bars: tuple[SwapBar, ...]  # why they cannot take the class beside what they teach; none: they can


@dataclass(frozen=True)
class Exchange:
    """One of the colleague's classes that could be taken in return."""

    session: Session
    bars: tuple[SwapBar, ...]  # why the colleague could not teach the class that is offered for it
    own_bars: tuple[SwapBar, ...]  # why the one who offers could not teach this one

    @property
    def allowed(self) -> bool:
        return not self.bars and not self.own_bars


async def colleagues(db: AsyncSession, session: Session, now: datetime) -> list[Colleague]:
    """Everybody else, those who can take the class first, the best first. Raises NotFound for a cancelled class."""
    found = await candidates_for(db, session.id, now, absent=[session.instructor_id], keeps_time=True)
    able = [Colleague(one.id, one.name, ()) for one in found.candidates]
    others = [
        Colleague(one.id, one.name, bars_of(refusal.rule for refusal in one.refused_by))
        for one in found.refused
    ]
    return able + others


async def exchanges(db: AsyncSession, session: Session, colleague_id: UUID, now: datetime) -> list[Exchange]:
    """The colleague's coming classes, by start, each with whether the two classes can be swapped."""
    theirs = [
        one
        for one in await substitutions.classes_of(db, colleague_id, now, now + AHEAD)
        if one.starts_at > now
    ]
    return await _checked(db, session, colleague_id, theirs, now)


async def why_not(
    db: AsyncSession, session: Session, colleague_id: UUID, returned: Session | None, now: datetime
) -> tuple[SwapBar, ...]:
    """What keeps the two from this swap, or the colleague from the class; nothing: the rules allow it."""
    if returned is None:
        everybody = await colleagues(db, session, now)
        return next((one.bars for one in everybody if one.id == colleague_id), (SwapBar.RULES,))
    (one,) = await _checked(db, session, colleague_id, [returned], now)
    return (*one.bars, *one.own_bars)


async def _checked(
    db: AsyncSession, session: Session, colleague_id: UUID, theirs: Sequence[Session], now: datetime
) -> list[Exchange]:
    if not theirs:
        return []
    both = session.instructor_id, colleague_id
    others = [person.id for person, _ in await substitutions.instructors(db) if person.id not in both]
    starts = [session.starts_at, *(one.starts_at for one in theirs)]
    ends = max(session.ends_at, *(one.ends_at for one in theirs))
    class_ids = [session.id, *(one.id for one in theirs)]
    built = await problem_of(db, min(starts), ends, now, class_ids=class_ids, absent=others, keeps_time=True)
    calendars = Calendars(PreparedProblem(built.problem))
    encoded = calendars.prepared.encoded
    if not set(both) <= set(encoded.instructor_ids):
        return [Exchange(one, (SwapBar.RULES,), ()) for one in theirs]
    calendars.assign_published()
    found = []
    for one in theirs:
        with ExitStack() as swapped:
            for key in (session.id, one.id):
                swapped.enter_context(calendars.without(encoded.class_position[key]))
            bars = refusals_of(calendars, built, session.id, colleague_id)
            own_bars = refusals_of(calendars, built, one.id, session.instructor_id)
        found.append(
            Exchange(
                one,
                bars_of(refusal.rule for refusal in bars),
                bars_of(refusal.rule for refusal in own_bars),
            )
        )
    return found
