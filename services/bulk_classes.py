"""Acts on many classes at once: what each would do and who would be written to, then the act on each by itself.

Classes that share a person are moved one after the other, so that a class is out of the way of the one that takes its
time. All others are changed side by side.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, HomeroomError, NotFound
from domain.notices.kinds import NoticeKind
from domain.people.access import Principal
from domain.scheduling.wall_time import wall_time_to_utc
from domain.sessions.acts import Act, require_possible
from domain.sessions.bulk_acts import ClassAct
from domain.sessions.states import Trigger, advance
from models.database import Database
from models.people import Instructor
from models.repositories import class_lists, entities, names
from models.repositories.class_lists import ListedClass
from models.session import Session
from services.candidates import ranked
from services.class_commands import ClassCommands
from services.class_moves import PlannedMove, refusals, told_of
from services.inputs.class_acts import ClassActs
from services.inputs.substitutions import NewSubstitution
from services.inputs.volunteers import NewVolunteerCall
from services.volunteer_calls import VolunteerCalls, able_to_take, require_openable

_AT_ONCE = 8  # commands to different workflows
_MOST_ASKED = 3  # candidates that a preview names
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reader:
    """Who would be written to."""

    id: UUID
    name: str


@dataclass(frozen=True)
class ClassResult:
    """What an act did to a class, or in a preview what it would do."""

    session_id: UUID
    error: HomeroomError | None = None  # why the class stays as it is
    listed: ListedClass | None = None  # None: the class was not found
    starts_at: datetime | None = None  # after a move
    ends_at: datetime | None = None
    mail_to: tuple[Reader, ...] = ()  # in a preview only


class BulkClasses:
    def __init__(self, database: Database, classes: ClassCommands, volunteers: VolunteerCalls) -> None:
        self._database = database
        self._classes = classes
        self._volunteers = volunteers

    async def preview(self, who: Principal, wanted: ClassActs, now: datetime) -> list[ClassResult]:
        """What the act would do to each class and to whom mail would go, in the order asked for. Changes nothing."""
        async with self._database.tenant(who.organization_id) as db:
            found = await _visible(db, who, wanted.ids)
            if wanted.action == ClassAct.MOVE:
                moves = await _moves(db, who, found, wanted, now)
                return [moves.get(key) or ClassResult(key, _missing()) for key in wanted.ids]
            return [await self._planned(db, key, found.get(key), wanted, now) for key in wanted.ids]

    async def act(
        self, who: Principal, wanted: ClassActs, command_id: str, now: datetime
    ) -> list[ClassResult]:
        """Act on each class; one that refuses stops no other. In the order asked for.

        Each person is told of all their classes in one message. Called again with the same `command_id`, what was done
        is not done a second time.
        """
        async with self._database.tenant(who.organization_id) as db:
            found = await _visible(db, who, wanted.ids)
        if wanted.action == ClassAct.OPEN_TO_VOLUNTEERS:
            return await self._opened(who, wanted, found, command_id, now)
        results: dict[UUID, ClassResult] = {}
        act_id = uuid5(who.organization_id, f"act on classes: {command_id}") if len(found) > 1 else None
        turns = asyncio.Semaphore(_AT_ONCE)

        async def in_turn(group: Sequence[ListedClass]) -> None:
            for listed in group:
                async with turns:
                    results[listed.session.id] = await self._done(
                        who, listed, wanted, command_id, act_id, now
                    )

        await asyncio.gather(*(in_turn(group) for group in _groups(found.values(), wanted)))
        return [results.get(key) or ClassResult(key, _missing()) for key in wanted.ids]

    async def _opened(
        self,
        who: Principal,
        wanted: ClassActs,
        found: Mapping[UUID, ListedClass],
        command_id: str,
        now: datetime,
    ) -> list[ClassResult]:
        """All at once, so that each instructor gets one mail."""
        call = NewVolunteerCall(audience=wanted.audience, note=wanted.note)
        errors = await self._volunteers.open_all(who, wanted.ids, call, now, command_id)
        return [ClassResult(key, errors[key], found.get(key)) for key in wanted.ids]

    async def _done(
        self,
        who: Principal,
        listed: ListedClass,
        wanted: ClassActs,
        command_id: str,
        act_id: UUID | None,
        now: datetime,
    ) -> ClassResult:
        session, command = listed.session, f"{command_id}:{listed.session.id}"
        starts_at = ends_at = None
        try:
            match wanted.action:
                case ClassAct.CANCEL:
                    await self._classes.cancel(who, session.id, wanted.reason, command, act_id=act_id)
                case ClassAct.SUBSTITUTE:
                    asked = NewSubstitution(instructor_id=wanted.instructor_id)
                    await self._classes.find_substitute(who, session.id, asked, command)
                case ClassAct.MOVE:
                    starts_at, ends_at = moved(session, _shift(wanted))
                    await self._classes.reschedule(
                        who,
                        session.id,
                        starts_at,
                        ends_at,
                        command,
                        override_reason=wanted.override_reason,
                        act_id=act_id,
                    )
                case ClassAct.CLOSE_TO_VOLUNTEERS:
                    await self._volunteers.withdraw(who, session.id, now)
        except HomeroomError as error:
            return ClassResult(session.id, error, listed)
        return ClassResult(session.id, None, listed, starts_at, ends_at)

    async def _planned(
        self,
        db: AsyncSession,
        key: UUID,
        listed: ListedClass | None,
        wanted: ClassActs,
        now: datetime,
    ) -> ClassResult:
        if listed is None:
            return ClassResult(key, _missing())
        session = listed.session
        try:
            match wanted.action:
                case ClassAct.CANCEL:
                    advance(session.state, Trigger.CANCEL)
                    mail_to = await _mail_to(db, NoticeKind.CANCELLED, session, now)
                case ClassAct.OPEN_TO_VOLUNTEERS:
                    require_openable(session, now)
                    able = await able_to_take(db, [session], wanted.audience, now)
                    by_id = await names.of(db, Instructor, able[session.id])
                    mail_to = tuple(Reader(one, by_id[one]) for one in able[session.id])
                case ClassAct.CLOSE_TO_VOLUNTEERS:
                    mail_to = ()
                case _:
                    mail_to = await _asked(db, session, wanted.instructor_id, now)
        except HomeroomError as error:
            return ClassResult(key, error, listed)
        return ClassResult(key, None, listed, mail_to=mail_to)


async def _moves(
    db: AsyncSession, who: Principal, found: Mapping[UUID, ListedClass], wanted: ClassActs, now: datetime
) -> dict[UUID, ClassResult]:
    """What each move would do, in the order in which they are made."""
    results: dict[UUID, ClassResult] = {}
    moves: list[PlannedMove] = []
    for listed in _in_order_of_moves(found.values(), _shift(wanted)):
        try:
            moves.append(PlannedMove(listed.session, *moved(listed.session, _shift(wanted))))
        except HomeroomError as error:
            results[listed.session.id] = ClassResult(listed.session.id, error, listed)
    refused = await refusals(db, who, moves, now, override=bool(wanted.override_reason))
    for move, refusal in zip(moves, refused, strict=True):
        key = move.session.id
        mail_to = () if refusal else await _mail_to(db, NoticeKind.RESCHEDULED, move.session, now)
        results[key] = ClassResult(key, refusal, found[key], move.starts_at, move.ends_at, mail_to)
    return results


def _shift(wanted: ClassActs) -> timedelta:
    assert wanted.shift is not None, "a move has one"
    return wanted.shift


def moved(session: Session, shift: timedelta) -> tuple[datetime, datetime]:
    """Start and end after a move; whole days keep the wall time of the class in its zone.

    Raises InvalidInput for a wall time that clocks skip, RepeatedTime for one that they show twice.
    """
    length = session.ends_at - session.starts_at
    if shift % _DAY:
        return session.starts_at + shift, session.ends_at + shift
    zone = ZoneInfo(session.time_zone)
    wall = session.starts_at.astimezone(zone).replace(tzinfo=None) + shift
    starts_at = wall_time_to_utc(wall, zone)
    return starts_at, starts_at + length


async def _visible(db: AsyncSession, who: Principal, ids: Sequence[UUID]) -> dict[UUID, ListedClass]:
    rows = await class_lists.of_ids(db, who, ids)
    return {listed.session.id: listed for listed in await class_lists.described(db, rows)}


def _missing() -> NotFound:
    return NotFound("there is no such class")


def _groups(found: Iterable[ListedClass], wanted: ClassActs) -> list[list[ListedClass]]:
    """Classes that must be changed one after the other, in their order: for a move those that share a person."""
    if wanted.action != ClassAct.MOVE:
        return [[listed] for listed in found]
    forward = _shift(wanted) > timedelta()
    ordered = _in_order_of_moves(found, _shift(wanted))
    groups: dict[int, list[ListedClass]] = {}
    group_of: dict[UUID, int] = {}  # by person
    for number, listed in enumerate(ordered):
        people = {
            listed.session.instructor_id,
            *(one.student_id for one in listed.students if one.student_id),
        }
        joined = {group_of[person] for person in people if person in group_of}
        groups[number] = [one for group in sorted(joined) for one in groups.pop(group)] + [listed]
        group_of |= dict.fromkeys(people, number)
        group_of |= {person: number for person, group in group_of.items() if group in joined}
    for group in groups.values():
        group.sort(key=lambda listed: listed.session.starts_at, reverse=forward)
    return list(groups.values())


def _in_order_of_moves(found: Iterable[ListedClass], shift: timedelta) -> list[ListedClass]:
    """So that a class is out of the way of the one that takes its time."""
    return sorted(found, key=lambda listed: listed.session.starts_at, reverse=shift > timedelta())


async def _mail_to(db: AsyncSession, kind: NoticeKind, session: Session, now: datetime) -> tuple[Reader, ...]:
    """Those who would be written to."""
    return tuple(Reader(reader.id, reader.name) for reader in await told_of(db, kind, session, now))


async def _asked(db: AsyncSession, session: Session, only: UUID | None, now: datetime) -> tuple[Reader, ...]:
    """Those whom a search for a substitute would ask first; `only` is the one person it may ask.

    Raises the error with which the search would be refused, Conflict where nobody could teach the class.
    """
    require_possible(Act.SUBSTITUTE, session.state, session.ends_at, now)
    if only:
        await entities.in_use(db, Instructor, only)
    able = [one.id for one in await ranked(db, session, now) if one.eligible]
    asked = [key for key in able if only in (None, key)]
    if not asked:
        raise Conflict(
            "nobody who could be asked can teach this class at its time",
            next_step="Move it, or see why on its page under “Find a substitute”.",
        )
    by_id = await names.of(db, Instructor, asked[:_MOST_ASKED])
    return tuple(Reader(key, by_id[key]) for key in asked[:_MOST_ASKED] if key in by_id)
