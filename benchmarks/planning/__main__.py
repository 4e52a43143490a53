"""`python -m benchmarks.planning`: milliseconds from a class in the database to its ranked candidates with reasons.

Schools of 20 and 100 instructors, each with weekly hours, limits and 25 classes in the week, in a real Postgres. Each
ranking reads its rows anew and ends with the JSON that the API answers; a what-if reads and plans the week twice.
"""

import asyncio
import gc
import random
import time
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from api.schemas.scheduling import RankedCandidatesOut
from benchmarks.report import Report, at_most, counting
from benchmarks.touches.week import DAYS, FIRST_HOUR, HOURS, SESSIONS_PER_INSTRUCTOR, School, open_school
from domain.scheduling.scheduling_rules import SchedulingRules
from models.database import Database
from models.migrate import upgrade
from models.people import Instructor
from models.substitution import InstructorAvailability
from services.planning import what_if
from services.planning.candidates import candidates_for
from tests.stack import start_postgres, temporary_folder

SIZES = (20, 100)  # instructors
RANKINGS = 200
AIM_MS = 100.0
SEED = 7


@dataclass(frozen=True)
class Measured:
    instructors: int
    ms: list[float]  # of each ranking, in order of length
    read_s: float  # the rows of a what-if
    plan_s: float  # its plans

    def percentile(self, share: float) -> float:
        return round(self.ms[min(len(self.ms) - 1, int(share * len(self.ms)))], 1)


async def measure() -> Report:
    with temporary_folder("pg") as folder:
        server = start_postgres(folder)
        try:
            urls = server.create_database("planning")
            upgrade(urls.owner)
            async with aclosing(Database(urls.application)) as database:
                measured = [await _measure(database, size) for size in SIZES]
        finally:
            server.running.stop()
    rows = [
        [
            str(one.instructors),
            str(one.instructors * SESSIONS_PER_INSTRUCTOR),
            f"{one.percentile(0.5):g}",
            f"{one.percentile(0.99):g}",
            f"{one.read_s:.2f}",
            f"{one.plan_s:.1f}",
        ]
        for one in measured
    ]
    columns = ["instructors", "classes", "ms p50", "ms p99", "s what-if: rows", "plans"]
    verdicts = [at_most("ms of a ranking at 100 instructors, p99", measured[-1].percentile(0.99), AIM_MS)]
    return Report("benchmarks.planning", columns, rows, verdicts)


async def _measure(database: Database, instructors: int) -> Measured:
    chance = random.Random(SEED)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today + timedelta(days=7 - today.weekday())
    now = monday - timedelta(hours=1)
    school = await open_school(database, monday, instructors * SESSIONS_PER_INSTRUCTOR, chance)
    await _set_hours(database, school)
    ms = []
    gc.collect()
    gc.freeze()  # as an API process does after its start
    count = counting(f"rankings at {instructors} instructors")
    for lesson in chance.choices(school.lessons, k=RANKINGS):
        begun = time.perf_counter()
        async with database.tenant(school.id) as db:
            found = await candidates_for(db, lesson.id, now)
        RankedCandidatesOut.of(found).model_dump_json()
        ms.append(1_000 * (time.perf_counter() - begun))
        count(len(ms), RANKINGS)
    begun = time.perf_counter()
    async with database.tenant(school.id) as db:
        weeks = await what_if.read_weeks(db, SchedulingRules(weights={"cost": 2}), now, [what_if.Week.NEXT])
    read = time.perf_counter()
    await asyncio.to_thread(what_if.compare, weeks)
    return Measured(instructors, sorted(ms), read - begun, time.perf_counter() - read)


async def _set_hours(database: Database, school: School) -> None:
    """Everybody teaches in the hours of the week, with a buffer and limits."""
    weekly = [
        {"weekday": day, "start": f"{FIRST_HOUR:02}:00", "end": f"{FIRST_HOUR + HOURS:02}:00"}
        for day in range(DAYS)
    ]
    async with database.tenant(school.id) as db:
        for number, key in enumerate(await db.scalars(sa.select(col(Instructor.id)))):
            db.add(
                InstructorAvailability(
                    organization_id=school.id,
                    instructor_id=key,
                    weekly=weekly,
                    buffer_minutes=10,
                    most_hours_per_week=30.0,
                    hourly_cost=20.0 + number % 10,
                    updated_at=datetime.now(UTC),
                )
            )


def main() -> None:
    asyncio.run(measure()).show()


if __name__ == "__main__":
    main()
