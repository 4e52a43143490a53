"""Plays faults at random on a whole stack: on each wire one by one, kills and freezes of processes, a full disk.

A fault counts when it has met something: one on a wire over which nothing goes is no fault. Each source of faults has
dice of its own, so that a seed gives the faults of each.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.faults.faulty_stack import FaultyStack
from tests.faults.wire import Fault
from tests.stack import Running

_ALL_WORK = ("postgres", "temporal")
_FAULTY = [fault for fault in Fault if fault != Fault.NONE]


@dataclass(frozen=True)
class Pace:
    """Seconds: `pause` is the mean between two faults of one wire, `lasts` the most that a fault lasts.

    On the wires that all work goes over faults are rarer, or no work would be done that could go wrong.
    """

    pause: float = 1.0
    pause_of_all_work: float = 5.0
    lasts: float = 1.5
    kills: tuple[float, float] = (15.0, 40.0)  # the pause after a process is back
    freezes: tuple[float, float] = (5.0, 15.0)
    frozen: tuple[float, float] = (0.3, 3.0)


@dataclass(frozen=True)
class Outage:
    """A time in which a server or a process did not do its work."""

    what: str
    since: datetime
    until: datetime


@dataclass
class FaultRecord:
    """What was played so far."""

    counted: Counter[str] = field(default_factory=Counter)
    idle: int = 0  # that met nothing
    outages: list[Outage] = field(default_factory=list)
    note: Callable[[str], None] = lambda _: None

    def add(self, what: str, how: str, since: datetime, *, touched: bool = True) -> None:
        if not touched:
            self.idle += 1
            return
        self.counted[f"{what} {how}"] += 1
        self.outages.append(Outage(what, since, datetime.now(UTC)))
        self.note(f"{what} {how}, for {(datetime.now(UTC) - since).total_seconds():.1f} s")


@asynccontextmanager
async def playing_faults(
    stack: FaultyStack, seed: int, record: FaultRecord, pace: Pace
) -> AsyncIterator[None]:
    """Faults come as long as this is entered; afterwards all is whole again."""

    def dice(source: str) -> random.Random:
        return random.Random(f"{source} {seed}")

    sources = [_break_wire(stack, name, record, dice(name), pace) for name in stack.wires]
    sources += [
        _fill_disk(stack, record, dice("disk"), pace),
        _kill(stack, record, dice("kills"), pace),
        _freeze(stack, record, dice("freezes"), pace),
    ]
    tasks = [asyncio.create_task(source) for source in sources]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for wire in stack.wires.values():
            wire.misbehave(Fault.NONE)
        stack.fill_disk(False)
        for process in (stack.api, stack.worker):
            await stack.restart(process, only_dead=True)
    broken = [one for one in ended if isinstance(one, Exception)]
    if broken:
        raise broken[0]


async def _break_wire(
    stack: FaultyStack, name: str, record: FaultRecord, dice: random.Random, pace: Pace
) -> None:
    wire = stack.wires[name]
    pause = pace.pause_of_all_work if name in _ALL_WORK else pace.pause
    while True:
        await asyncio.sleep(dice.uniform(0, 2 * pause))
        fault, since = dice.choice(_FAULTY), datetime.now(UTC)
        wire.misbehave(fault, resets_after=dice.randint(0, 6))
        try:
            await asyncio.sleep(dice.uniform(0.2, pace.lasts))
        finally:
            record.add(name, fault.value, since, touched=wire.touched)
            wire.misbehave(Fault.NONE)


async def _fill_disk(stack: FaultyStack, record: FaultRecord, dice: random.Random, pace: Pace) -> None:
    while True:
        await asyncio.sleep(dice.uniform(0, 8 * pace.pause))
        since = datetime.now(UTC)
        stack.fill_disk(True)
        try:
            await asyncio.sleep(dice.uniform(0.2, 2 * pace.lasts))
        finally:
            stack.fill_disk(False)
            record.add("disk", "full", since)


async def _kill(stack: FaultyStack, record: FaultRecord, dice: random.Random, pace: Pace) -> None:
    """Kill one process after the other, each when the one before is back.

    On a machine on which starting takes long, kills are rarer, so that something runs in between.
    """
    was_away = 0.0
    while True:
        await asyncio.sleep(max(dice.uniform(*pace.kills), 2 * was_away))
        name = dice.choice(("api", "worker"))
        since = datetime.now(UTC)
        try:
            await stack.restart(stack.api if name == "api" else stack.worker)
        finally:
            record.add(name, "killed", since)
            was_away = (datetime.now(UTC) - since).total_seconds()


async def _freeze(stack: FaultyStack, record: FaultRecord, dice: random.Random, pace: Pace) -> None:
    """Let a process stand still, as one that swaps or whose machine is moved, and go on as if nothing had been."""
    while True:
        await asyncio.sleep(dice.uniform(*pace.freezes))
        name, since = dice.choice(("api", "worker", "temporal", "store", "smtp")), datetime.now(UTC)
        process = _process(stack, name).process
        if not process.alive:
            continue
        os.kill(process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(dice.uniform(*pace.frozen))
        finally:
            if process.alive:
                os.kill(process.pid, signal.SIGCONT)
            record.add(name, "frozen", since)


def _process(stack: FaultyStack, name: str) -> Running:
    servers = {
        "api": stack.api,
        "worker": stack.worker,
        "temporal": stack.temporal_server,
        "store": stack.store.running,
        "smtp": stack.mail.running,
    }
    return servers[name]
