"""Plays stories of acts, classes and faults for a given time, and prints what did not hold.

    python -m tests.faults --seconds 600 [--seed 1] [--classes 16]

Every seed has its own schools, on real servers that are started once. Classes are held while every server behind them
fails; meanwhile others act on exceptions over a wire to Postgres of their own. Prints the progress, and the story of a
seed in which anything did not hold. Ends with 1 in this case.
"""

import argparse
import asyncio
import itertools
import logging
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from models.database import Database
from tests.activities.school_rows import SchoolRows
from tests.faults import case_story, class_checks
from tests.faults.case_story import add_staff
from tests.faults.class_story import finish, open_school, play_classes
from tests.faults.fault_player import FaultRecord
from tests.faults.faulty_stack import FaultyStack, faulty_stack
from tests.faults.wire import Wire
from tests.stack import start_postgres, start_temporal, temporary_folder

_ACTS = 20  # of one school
_SPREAD = 45.0  # seconds over which the classes of a seed are booked
_FINISHES_WITHIN = timedelta(minutes=12)  # under the faults of the seeds that follow
_MOST_UNCHECKED = 3  # seeds whose classes come to their end while the next seed is played
_TELLS_EVERY = 15.0  # seconds


@dataclass
class Tally:
    """What all seeds together have played so far."""

    began: float = field(default_factory=time.monotonic)
    record: FaultRecord = field(default_factory=FaultRecord)  # while classes are held
    acts: Counter[str] = field(default_factory=Counter)  # faults while others act on exceptions
    classes: int = 0
    broken: dict[int, int] = field(default_factory=dict)  # violations by seed

    @property
    def faults(self) -> Counter[str]:
        return self.record.counted + Counter({f"exceptions {how}": n for how, n in self.acts.items()})

    def break_promises(self, seed: int, found: list[str]) -> None:
        if found:
            self.broken[seed] = self.broken.get(seed, 0) + len(found)

    def __str__(self) -> str:
        minutes = (time.monotonic() - self.began) / 60
        total, classes = self.faults.total(), self.record.counted.total()
        return (
            f"{minutes:.1f} min: {total} faults of {len(self.faults)} kinds ({classes} around classes), "
            f"{total / minutes:.0f} a minute; {self.classes} classes, "
            f"{sum(self.broken.values())} violations in {len(self.broken)} seeds"
        )


async def run(seconds: float, first_seed: int, classes: int) -> int:
    """Returns how many promises were broken."""
    with temporary_folder("faults") as folder:
        postgres, temporal = start_postgres(folder), start_temporal(folder)
        try:
            async with faulty_stack(folder, postgres, temporal) as stack:
                tally = Tally()
                until = tally.began + seconds
                async with _telling(tally):
                    last_seed = await _play_seeds(stack, first_seed, classes, tally, until)
        finally:
            temporal.running.stop()
            postgres.running.stop()
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.faults.items()))
    print(f"{tally}, seeds {first_seed} to {last_seed}\n{kinds}")
    return sum(tally.broken.values())


async def _play_seeds(stack: FaultyStack, first_seed: int, classes: int, tally: Tally, until: float) -> int:
    """The classes of a seed come to their end under the faults of the next. Returns the last seed."""
    checking: set[asyncio.Task[None]] = set()
    acting = asyncio.create_task(_act_on_cases(stack, first_seed, tally))
    try:
        for seed in itertools.count(first_seed):
            while len(checking) > _MOST_UNCHECKED:
                await asyncio.wait(checking, return_when=asyncio.FIRST_COMPLETED)
                _end(checking)
            is_calm = asyncio.Event()
            checking.add(asyncio.create_task(_play(stack, seed, classes, tally, is_calm)))
            await is_calm.wait()
            if time.monotonic() > until:
                break
    finally:
        acting.cancel()
        await asyncio.wait([acting])
    await asyncio.wait(checking)
    _end(checking)
    if not acting.cancelled():
        acting.result()
    return seed


def _end(tasks: set[asyncio.Task[None]]) -> None:
    for task in [task for task in tasks if task.done()]:
        tasks.remove(task)
        task.result()


@asynccontextmanager
async def _telling(tally: Tally) -> AsyncIterator[None]:
    async def tell() -> None:
        while True:
            await asyncio.sleep(_TELLS_EVERY)
            print(tally, flush=True)

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()


async def _play(stack: FaultyStack, seed: int, classes: int, tally: Tally, is_calm: asyncio.Event) -> None:
    """Hold the classes of a seed, tell it, let them come to their end, and check them."""
    try:
        async with open_school(stack, classes) as school:
            story = await play_classes(
                stack, school, seed, spread=_SPREAD, record=tally.record, is_calm=is_calm
            )
            began = time.monotonic()
            await finish(school, story, _FINISHES_WITHIN)
    finally:
        is_calm.set()
    finished = time.monotonic()
    found = await class_checks.violations(stack, story)
    tally.classes += len(story.classes)
    tally.break_promises(seed, found)
    print(
        f"{story}; finished in {finished - began:.0f} s, checked in {time.monotonic() - finished:.0f} s",
        *(f"VIOLATION {what}" for what in found),
        *(story.log if found else ()),
        sep="\n  ",
        flush=True,
    )


async def _act_on_cases(stack: FaultyStack, first_seed: int, tally: Tally) -> None:
    """One school after the other, until this is cancelled."""
    for seed in itertools.count(first_seed):
        async with (
            aclosing(Database(stack.urls.application)) as database,
            Wire.to(stack.urls.application) as wire,
            aclosing(Database(wire.over(stack.urls.application), pool_size=2, patience=1)) as faulty,
        ):
            school = SchoolRows(database)
            await school.open()
            await add_staff(database, school.id)
            story = await case_story.play(
                school, wire, faulty, stack.temporal, seed, _ACTS, faults=tally.acts
            )
            found = await case_story.violations(school, story)
        tally.break_promises(seed, found)
        if found:
            print(story, *(f"VIOLATION {what}" for what in found), sep="\n  ", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--classes", type=int, default=16)
    arguments = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())  # what fails here is wanted to fail
    sys.exit(1 if asyncio.run(run(arguments.seconds, arguments.seed, arguments.classes)) else 0)
