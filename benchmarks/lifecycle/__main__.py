"""`python -m benchmarks.lifecycle`: sessions and bare workflows with the same work, in turns on one real server."""

import argparse
import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, fields
from statistics import mean, median

from temporalio.api.history.v1 import HistoryEvent

from benchmarks.lifecycle.crowd import run_crowd
from benchmarks.lifecycle.plan import MESSAGES, WORK, Kind, plan_of
from benchmarks.lifecycle.sessions import Sessions
from benchmarks.lifecycle.sizes import history_lengths
from benchmarks.lifecycle.twins import Twins
from benchmarks.report import Report, Verdict, at_least, at_most, counting, show_progress
from benchmarks.usage import cpu_seconds
from tests.stack import TestTemporal, start_temporal, temporary_folder
from tests.workflows.session_driver import HistoryLength
from wiring.temporal import connect

LEAST_RATIO, MOST_EVENTS = 0.8, 150
ROUNDS, SIZE = 5, 64
History = Sequence[HistoryEvent]


@dataclass(frozen=True)
class Counts:
    """Means per workflow of a round."""

    events: float
    activities: float
    timers: float
    messages: float

    @classmethod
    def of(cls, histories: Sequence[History]) -> "Counts":
        kinds = Counter(turn.kind for history in histories for turn in plan_of(history))
        groups = (WORK, (Kind.TIMER, Kind.ALARM), MESSAGES)
        each = [sum(kinds[kind] for kind in group) / len(histories) for group in groups]
        return cls(mean(map(len, histories)), *each)


@dataclass
class Side:
    """The measurements of sessions or of bare workflows, a value for each round."""

    name: str
    per_second: list[float] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)  # per workflow, like the CPU seconds below
    # Seconds, including the drivers, which run in the same process.
    worker_cpu: list[float] = field(default_factory=list)
    server_cpu: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return mean(self.worker_cpu) + mean(self.server_cpu)

    def row(self) -> list[str]:
        counts = [f"{mean(values):.1f}" for values in zip(*map(astuple, self.counts), strict=True)]
        milliseconds = [f"{1000 * mean(cpu):.0f}" for cpu in (self.worker_cpu, self.server_cpu)]
        return [self.name, f"{median(self.per_second):.2f}", *counts, *milliseconds]


async def measure(rounds: int = ROUNDS, size: int = SIZE) -> Report:
    with temporary_folder("benchmark") as folder:
        server = start_temporal(folder)
        try:
            session, bare = await _rounds(server, rounds, size)
        finally:
            server.running.stop()
    return _report(session, bare, await history_lengths())


async def _rounds(server: TestTemporal, rounds: int, size: int) -> tuple[Side, Side]:
    client = await connect(server.address, server.namespace)
    session, bare = Side("session"), Side("bare workflow")
    for number in range(1, rounds + 1):
        show_progress(f"round {number} of {rounds}: {size} sessions, then as many bare workflows")
        histories = await _run(session, Sessions(client), server, size)
        await _run(bare, Twins(client, [plan_of(history) for history in histories]), server, size)
    return session, bare


async def _run(side: Side, drivers: Sessions | Twins, server: TestTemporal, size: int) -> list[History]:
    async with drivers.served():
        before = time.process_time(), cpu_seconds(server.running.pid)
        crowd = await run_crowd(drivers.drive, size, counting(f"{side.name}s completed"))
        side.worker_cpu.append((time.process_time() - before[0]) / size)
        side.server_cpu.append((cpu_seconds(server.running.pid) - before[1]) / size)
    side.per_second.append(crowd.per_second)
    side.counts.append(Counts.of(crowd.results))
    return crowd.results


def _report(session: Side, bare: Side, lengths: dict[tuple[int, int], HistoryLength]) -> Report:
    ratios = [one / other for one, other in zip(session.per_second, bare.per_second, strict=True)]
    own = [length.without_tasks for length in lengths.values()]
    return Report(
        "benchmarks.lifecycle",
        ["", "per s", *(f.name for f in fields(Counts)), "CPU ms worker", "server"],
        [session.row(), bare.row()],
        [
            at_least("sessions per second / bare workflows per second", median(ratios), LEAST_RATIO),
            Verdict("of the rounds", ", ".join(f"{ratio:.2f}" for ratio in sorted(ratios))),
            Verdict("CPU of a bare workflow / CPU of a session", f"{bare.cpu / session.cpu:.2f}"),
            *[
                Verdict(
                    f"events of a class with {people} students for {minutes} minutes",
                    f"{length.events}, {length.without_tasks} without workflow tasks",
                )
                for (people, minutes), length in lengths.items()
            ],
            at_most("most events of a class", max(length.events for length in lengths.values()), MOST_EVENTS),
            at_most("growth with people and minutes, without workflow tasks", max(own) - min(own), 0),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--size", type=int, default=SIZE, help="workflows of each kind in a round")
    options = parser.parse_args()
    asyncio.run(measure(options.rounds, options.size)).show()


if __name__ == "__main__":
    main()
