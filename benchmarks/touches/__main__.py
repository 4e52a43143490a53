"""`python -m benchmarks.touches`: touches per 100 sessions in a simulated week of 100, 1,000 and 10,000 sessions.

Cases, their incidents, nudges, rankings of substitutes, overrides and acts on many cases go through the services into a
real Postgres, whose change log is then counted as `GET /v1/metrics/touches` does. Time is compressed: each act happens
at the moment of the week that the services are told, and its entries in the log are dated there afterwards. Sessions
are rows without workflows and rooms; what the watch would find is the plan of `troubles.py`, mails stay in the outbox,
and a cancellation changes the row itself.
"""

import argparse
import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg

from benchmarks.report import Report, Verdict, at_most, counting
from benchmarks.touches.troubles import (
    ACCEPTS,
    AFTER_CLASS,
    MOST_ASKED,
    OUTAGES,
    TROUBLES,
    Trouble,
    positions,
)
from benchmarks.touches.week import LENGTH, Lesson, School, open_school, reserved
from cli.local.postgres import DURABLE
from domain.cases.kinds import ExceptionKind
from domain.presence.verdicts import AttendanceStatus
from domain.sessions.states import SessionState
from models.authorship import author, authorship
from models.database import Database
from models.migrate import upgrade
from models.repositories import cases as case_rows
from models.repositories import sessions
from models.repositories.touches import KINDS, Week, by_week, first_monday
from services import cases
from services.attendance_overrides import AttendanceOverrides
from services.bulk_cases import act_on_cases
from services.candidates import ranked
from services.cases import NewCase, open_case, resolve_by_itself
from services.inputs.cases import MOST_AT_ONCE, BulkAction, CaseCommand
from services.nudges import Nudges
from signing.links import LinkSigner
from tests.stack import DatabaseUrls, start_postgres, temporary_folder
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

SIZES = (100, 1_000, 10_000)
SAME_SESSIONS = 2_000  # small weeks are repeated until there are so many, so that rare troubles count alike
SEED = 11
LINK_SECRET = "a-secret-of-thirty-two-characters-or-more"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class _Outbox(DeliveryClient):
    """Leaves the messages in the outbox: the benchmark has no mail server."""

    def __init__(self) -> None:
        self.left = 0

    async def start_or_leave(self, delivery: DeliveryInput, after: timedelta = timedelta()) -> None:
        self.left += 1


@dataclass
class _Simulation:
    """One week of a school."""

    database: Database
    school: School
    chance: random.Random
    acts: dict[str, datetime] = field(default_factory=dict)  # when each happened, by request id
    cancelled: set[UUID] = field(default_factory=set)  # sessions, in which nothing else goes wrong

    async def run(self) -> None:
        await self._outages()
        for trouble in TROUBLES:
            lessons = [
                self.school.lessons[at]
                for at in positions(len(self.school.lessons), trouble.rate, self.chance)
            ]
            alone = set(positions(len(lessons), trouble.by_itself, self.chance))
            for number, lesson in enumerate(lessons):
                await self._happens(trouble, lesson, by_itself=number in alone)

    @asynccontextmanager
    async def _act(self, at: datetime) -> AsyncIterator[None]:
        """One request of the member of ops at this moment of the week."""
        request_id = str(uuid4())
        self.acts[request_id] = at
        with author(self.school.ops.actor):
            authorship.get().request_id = request_id
            yield

    async def _happens(self, trouble: Trouble, lesson: Lesson, *, by_itself: bool) -> None:
        if lesson.id in self.cancelled:
            return
        at = lesson.starts_at
        if trouble.kind == ExceptionKind.INSTRUCTOR_NOT_CHECKED_IN:
            at -= 10 * MINUTE
        elif trouble.kind in AFTER_CLASS:
            at += LENGTH + HOUR
        else:
            at += 5 * MINUTE
        occasion = str(lesson.student_id) if trouble.kind == ExceptionKind.ATTENDANCE_DISPUTED else ""
        case_id = await self._open(trouble.kind, lesson, at, occasion)
        if trouble.kind in AFTER_CLASS:
            async with self.database.tenant(self.school.id) as db:
                await sessions.change(db, lesson.id, state=SessionState.REVIEW)
        if trouble.kind == ExceptionKind.INSTRUCTOR_ABSENT:
            by_itself = await self._substitute(lesson, at)
        if not by_itself:
            await self._person_acts(trouble.kind, case_id, lesson, at + 2 * MINUTE)
        await self._ends(trouble.kind, [lesson], at + 30 * MINUTE)

    async def _open(self, kind: ExceptionKind, lesson: Lesson, at: datetime, occasion: str = "") -> UUID:
        new = NewCase.about_session(self.school.id, lesson.id, kind, occasion, {}, at.isoformat())
        async with self.database.tenant(self.school.id) as db:
            await open_case(db, new, at)
            (case,) = await case_rows.open_of_sessions(db, [lesson.id], [kind])
            return case.id

    async def _substitute(self, lesson: Lesson, at: datetime) -> bool:
        """Ask the ranked instructors one by one; returns whether somebody has taken over."""
        async with self.database.tenant(self.school.id) as db:
            session = await sessions.get_session(db, lesson.id)
            order = [one for one in await ranked(db, session, at) if one.eligible][:MOST_ASKED]
            taker = next((one for one in order if self.chance.random() < ACCEPTS), None)
            if taker:
                await sessions.change(db, lesson.id, instructor_id=taker.id)
                db.add(reserved(self.school.id, lesson.id, taker.id, lesson.starts_at))
        return taker is not None

    async def _person_acts(self, kind: ExceptionKind, case_id: UUID, lesson: Lesson, at: datetime) -> None:
        ops = self.school.ops
        async with self._act(at):
            match kind:
                case ExceptionKind.INSTRUCTOR_NOT_CHECKED_IN:
                    links = LinkSigner([LINK_SECRET], "http://127.0.0.1")
                    nudges = Nudges(self.database, links, _Outbox(), "homeroom@school.example")
                    await nudges.send(ops, lesson.id, uuid4(), at)
                case ExceptionKind.INSTRUCTOR_ABSENT:
                    self.cancelled.add(lesson.id)
                    async with self.database.tenant(self.school.id) as db:
                        await sessions.change(
                            db, lesson.id, state=SessionState.CANCELLED, cancel_reason="illness"
                        )
                        await cases.resolve(db, ops, case_id, "nobody could take over: cancelled", at)
                case ExceptionKind.ATTENDANCE_DISPUTED:
                    overrides = AttendanceOverrides(self.database)
                    place, present = lesson.student_place, AttendanceStatus.PRESENT
                    await overrides.set(ops, lesson.id, place, present, "was there", at)
                case _:
                    async with self.database.tenant(self.school.id) as db:
                        await cases.resolve(db, ops, case_id, "looked at", at)

    async def _outages(self) -> None:
        """All sessions of an hour have the same trouble: one incident, which a person acknowledges as one."""
        starts = sorted({lesson.starts_at for lesson in self.school.lessons})
        for kind, hour in zip(OUTAGES, self.chance.sample(starts, len(OUTAGES)), strict=True):
            running = [lesson for lesson in self.school.lessons if lesson.starts_at == hour]
            at = hour + 20 * MINUTE
            opened = [await self._open(kind, lesson, at) for lesson in running]
            for first in range(0, len(opened), MOST_AT_ONCE):
                wanted = BulkAction(action=CaseCommand.ACKNOWLEDGE, ids=opened[first : first + MOST_AT_ONCE])
                async with self._act(at + 2 * MINUTE):
                    await act_on_cases(self.database, self.school.ops, wanted, at + 2 * MINUTE)
            await self._ends(kind, running, at + 10 * MINUTE)

    async def _ends(self, kind: ExceptionKind, lessons: Sequence[Lesson], at: datetime) -> None:
        """The cause has gone away: what is still open resolves itself."""
        async with self.database.tenant(self.school.id) as db:
            for case in await case_rows.open_of_sessions(db, [lesson.id for lesson in lessons], [kind]):
                resolve_by_itself(case, "It went away.", at)


@dataclass(frozen=True)
class Size:
    sessions: int
    weeks: Sequence[Week]

    def per_100(self, kind: str | None = None) -> float:
        touches = sum(week.total if kind is None else week.touches.get(kind, 0) for week in self.weeks)
        return 100 * touches / sum(week.sessions for week in self.weeks)


async def measure(sizes: Sequence[int] = SIZES) -> Report:
    with temporary_folder("benchmark", on_disk=True) as folder:
        server = start_postgres(folder, DURABLE)
        try:
            urls = server.create_database()
            upgrade(urls.owner)
            database = Database(urls.application)
            try:
                measured = [await _measure(database, urls, count) for count in sizes]
            finally:
                await database.aclose()
        finally:
            server.running.stop()
    return _report(measured)


async def _measure(database: Database, urls: DatabaseUrls, count: int) -> Size:
    number = max(1, SAME_SESSIONS // count)
    show = counting(f"weeks of {count:,} sessions")
    weeks = []
    for week in range(number):
        weeks.append(await _week(database, urls, count, random.Random(f"{SEED} {count} {week}")))
        show(week + 1, number)
    return Size(count, weeks)


async def _week(database: Database, urls: DatabaseUrls, count: int, chance: random.Random) -> Week:
    monday = first_monday(datetime.now(UTC), 2)
    school = await open_school(database, monday, count, chance)
    simulation = _Simulation(database, school, chance)
    await simulation.run()
    _date_acts(urls, simulation.acts)
    async with database.tenant(school.id) as db:
        (found,) = await by_week(db, monday, monday + timedelta(days=7))
    assert found.sessions == count
    return found


def _date_acts(urls: DatabaseUrls, acts: dict[str, datetime]) -> None:
    """Date the entries of the change log at the moments of the week."""
    with psycopg.connect(urls.superuser) as connection:
        connection.execute(
            "update change_log c set occurred_at = t.at "
            "from unnest(%s::text[], %s::timestamptz[]) as t(request_id, at) where c.request_id = t.request_id",
            [list(acts), list(acts.values())],
        )


def _report(measured: Sequence[Size]) -> Report:
    rows = [
        [f"{size.sessions:,}", *(f"{size.per_100(kind):.2f}" for kind in KINDS), f"{size.per_100():.2f}"]
        for size in measured
    ]
    return Report(
        "benchmarks.touches",
        ["sessions in the week", *KINDS, "touches per 100"],
        rows,
        list(_verdicts(measured)),
    )


def _verdicts(measured: Sequence[Size]) -> Iterator[Verdict]:
    """Each size needs at most as many touches per 100 sessions as the smaller one."""
    before: float | None = None
    for size in measured:
        what, per_100 = f"touches per 100 sessions, {size.sessions:,} sessions", round(size.per_100(), 2)
        yield Verdict(what, f"{per_100:g}") if before is None else at_most(what, per_100, before)
        before = per_100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    asyncio.run(measure(parser.parse_args().sizes)).show()


if __name__ == "__main__":
    main()
