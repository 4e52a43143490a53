"""Plays stories of acts, classes and faults for a given time, and prints what did not hold.

    python -m tests.faults --seconds 600 [--seed 1] [--classes 24]

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
from tests.faults.class_story import open_school, play_classes
from tests.faults.faulty_stack import FaultyStack, faulty_stack
from tests.faults.wire import Wire
from tests.stack import start_postgres, start_temporal, temporary_folder

_ACTS = 20  # of one school
_SPREAD = 60.0  # seconds over which the classes of a seed are booked
_FINISHES_WITHIN = timedelta(minutes=8)
_TELLS_EVERY = 15.0  # seconds


@dataclass
class Tally:
    """What all seeds together have played so far."""

    began: float = field(default_factory=time.monotonic)
    done: Counter[str] = field(default_factory=Counter)  # faults of seeds that are over, by kind
    playing: Counter[str] = field(default_factory=Counter)
    classes: int = 0
    broken: dict[int, int] = field(default_factory=dict)  # violations by seed

    @property
    def faults(self) -> Counter[str]:
        return self.done + self.playing

    def __str__(self) -> str:
        minutes = (time.monotonic() - self.began) / 60
        faults = self.faults.total()
        return (
            f"{minutes:.1f} min: {faults} faults of {len(self.faults)} kinds, {faults / minutes:.0f} a minute; "
            f"{self.classes} classes, {sum(self.broken.values())} violations in {len(self.broken)} seeds"
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
                    for seed in itertools.count(first_seed):
                        await _play(stack, seed, classes, tally)
                        if time.monotonic() > until:
                            break
        finally:
            temporal.running.stop()
            postgres.running.stop()
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(tally.faults.items()))
    print(f"{tally}, seeds {first_seed} to {seed}\n{kinds}")
    return sum(tally.broken.values())


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


async def _play(stack: FaultyStack, seed: int, classes: int, tally: Tally) -> None:
    """Hold the classes of a seed; as long as they take, act on exceptions."""
    began = time.monotonic()
    acting = asyncio.create_task(_act_on_cases(stack, seed, tally))
    try:
        async with open_school(stack, classes) as school:
            story = await play_classes(
                stack, school, seed, spread=_SPREAD, finishes_within=_FINISHES_WITHIN, count=tally.playing
            )
    finally:
        acting.cancel()
        await asyncio.wait([acting])
    played = time.monotonic()
    found = await class_checks.violations(stack, story)
    stack.wires["smtp"].broken.clear()
    if not acting.cancelled():
        acting.result()
    await asyncio.to_thread(stack.mail.clear)
    tally.done += tally.playing
    tally.playing.clear()
    tally.classes += len(story.classes)
    print(
        f"{story}; played in {played - began:.0f} s, checked in {time.monotonic() - played:.0f} s", flush=True
    )
    if found:
        tally.broken[seed] = tally.broken.get(seed, 0) + len(found)
        print(*(f"VIOLATION {what}" for what in found), *story.log, sep="\n  ", flush=True)


async def _act_on_cases(stack: FaultyStack, seed: int, tally: Tally) -> None:
    """One school after the other, until this is cancelled."""
    for number in itertools.count():
        async with (
            aclosing(Database(stack.urls.application)) as database,
            Wire.to(stack.urls.application) as wire,
            aclosing(Database(wire.over(stack.urls.application), pool_size=2, patience=1)) as faulty,
        ):
            school = SchoolRows(database)
            await school.open()
            await add_staff(database, school.id)
            own_seed = seed * 1000 + number
            story = await case_story.play(school, wire, faulty, stack.temporal, own_seed, _ACTS)
            found = await case_story.violations(school, story)
        tally.playing.update({f"exceptions {fault}": count for fault, count in story.faults.items()})
        if found:
            tally.broken[seed] = tally.broken.get(seed, 0) + len(found)
            print(story, *(f"VIOLATION {what}" for what in found), sep="\n  ", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--classes", type=int, default=24)
    arguments = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())  # what fails here is wanted to fail
    sys.exit(1 if asyncio.run(run(arguments.seconds, arguments.seed, arguments.classes)) else 0)
