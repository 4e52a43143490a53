"""Plays stories of acts and faults for a given time, and prints what did not hold.

    python -m tests.faults --seconds 600 [--seed 1]

Each story has its own school, on a real Postgres and Temporal server. Ends with 1 if anything did not hold.
"""

import argparse
import asyncio
import itertools
import sys
import time
from collections import Counter

from models.database import Database
from models.migrate import upgrade
from tests.activities.school_rows import SchoolRows
from tests.faults.case_story import add_staff, play, violations
from tests.faults.wire import Fault, Wire
from tests.stack import start_postgres, start_temporal, temporary_folder
from wiring.temporal import connect

_ACTS = 40


async def run(seconds: float, first_seed: int) -> int:
    """Returns how many promises were broken."""
    faults: Counter[Fault] = Counter()
    broken, until = 0, time.monotonic() + seconds
    with temporary_folder("faults") as folder:
        postgres, server = start_postgres(folder), start_temporal(folder)
        try:
            temporal = await connect(server.address, server.namespace)
            urls = postgres.create_database()
            upgrade(urls.owner)
            async with Wire.to(urls.application) as wire:
                database = Database(urls.application)
                faulty = Database(wire.over(urls.application), pool_size=2, patience=1)
                for seed in itertools.count(first_seed):
                    school = SchoolRows(database)
                    await school.open()
                    await add_staff(school)
                    story = await play(school, wire, faulty, temporal, seed, _ACTS)
                    found = await violations(school, story)
                    faults += story.faults
                    broken += len(found)
                    print(story, *found, sep="\n  ", flush=True)
                    if time.monotonic() > until:
                        break
                await faulty.aclose()
                await database.aclose()
        finally:
            server.running.stop()
            postgres.running.stop()
    kinds = ", ".join(f"{count} {fault}" for fault, count in sorted(faults.items()))
    print(f"{faults.total()} faults of {len(faults)} kinds ({kinds}), {broken} violations")
    return broken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.exit(1 if asyncio.run(run(arguments.seconds, arguments.seed)) else 0)
