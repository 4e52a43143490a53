"""Plays stories of acts, classes and faults for a given time, and prints what did not hold.

    python -m tests.faults --seconds 600 [--seed 1] [--classes 6]

Each story has its own school, on real servers that are started once. Every seed plays acts on exceptions over a wire to
Postgres, then classes while every server behind them fails. Ends with 1 if anything did not hold.
"""

import argparse
import asyncio
import itertools
import sys
import time
from collections import Counter
from datetime import timedelta

from models.database import Database
from tests.activities.school_rows import SchoolRows
from tests.faults import case_story, class_checks
from tests.faults.case_story import add_staff
from tests.faults.class_story import open_school, play_classes
from tests.faults.faulty_stack import FaultyStack, faulty_stack
from tests.faults.wire import Wire
from tests.stack import start_postgres, start_temporal, temporary_folder

_ACTS = 40
_FINISHES_WITHIN = timedelta(minutes=8)  # a draft whose worker was killed is begun again after five


async def run(seconds: float, first_seed: int, classes: int) -> int:
    """Returns how many promises were broken."""
    faults: Counter[str] = Counter()
    broken, until = 0, time.monotonic() + seconds
    with temporary_folder("faults") as folder:
        postgres, temporal = start_postgres(folder), start_temporal(folder)
        try:
            async with faulty_stack(folder, postgres, temporal) as stack:
                for seed in itertools.count(first_seed):
                    broken += await _play_cases(stack, seed, faults)
                    broken += await _play_classes(stack, seed, classes, faults)
                    if time.monotonic() > until:
                        break
        finally:
            temporal.running.stop()
            postgres.running.stop()
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(faults.items()))
    print(f"{faults.total()} faults of {len(faults)} kinds ({kinds}), {broken} violations")
    return broken


async def _play_cases(stack: FaultyStack, seed: int, faults: Counter[str]) -> int:
    async with Wire.to(stack.urls.application) as wire:
        database = Database(stack.urls.application)
        faulty = Database(wire.over(stack.urls.application), pool_size=2, patience=1)
        school = SchoolRows(database)
        await school.open()
        await add_staff(school)
        story = await case_story.play(school, wire, faulty, stack.temporal, seed, _ACTS)
        found = await case_story.violations(school, story)
        await faulty.aclose()
        await database.aclose()
    faults.update({f"exceptions {fault}": count for fault, count in story.faults.items()})
    print(story, *found, sep="\n  ", flush=True)
    return len(found)


async def _play_classes(stack: FaultyStack, seed: int, classes: int, faults: Counter[str]) -> int:
    async with open_school(stack, classes) as school:
        story = await play_classes(stack, school, seed, finishes_within=_FINISHES_WITHIN)
    found = await class_checks.violations(stack, story)
    faults.update(story.faults)
    print(story, *found, *(story.log if found else ()), sep="\n  ", flush=True)
    return len(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--classes", type=int, default=6)
    arguments = parser.parse_args()
    sys.exit(1 if asyncio.run(run(arguments.seconds, arguments.seed, arguments.classes)) else 0)
