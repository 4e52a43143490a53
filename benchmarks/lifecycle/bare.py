"""A workflow that performs the turns of a plan and nothing else: no state, no timeline, no search attributes."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from benchmarks.lifecycle.cues import Cues
    from benchmarks.lifecycle.plan import Kind, Turn

_PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Work:
    filler: str
    returned: int
    cue: bool


class BareActivities:
    def __init__(self, cues: Cues) -> None:
        self._cues = cues

    @activity.defn(name="work")
    async def work(self, work: Work) -> str:
        if work.cue:
            self._cues.give()
        return filler(work.returned)


def filler(size: int) -> str:
    """Text that is about this many bytes as a payload."""
    return "x" * max(size - 2, 0)


@workflow.defn(name="Bare")
class Bare:
    def __init__(self) -> None:
        self._received, self._taken = Counter[Kind](), Counter[Kind]()
        self._alarms: list[asyncio.Task[None]] = []

    @workflow.run
    async def run(self, plan: list[Turn]) -> None:
        for turn in plan:
            await self._take(turn)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.signal
    def tell(self, _: str) -> None:
        self._received[Kind.SIGNAL] += 1

    @workflow.update
    async def ask(self, _: str) -> None:
        self._received[Kind.UPDATE] += 1

    async def _take(self, turn: Turn) -> None:
        match turn.kind:
            case Kind.ACTIVITY:
                await workflow.execute_activity_method(
                    BareActivities.work, _work(turn), start_to_close_timeout=_PATIENCE
                )
            case Kind.LOCAL:
                await workflow.execute_local_activity_method(
                    BareActivities.work, _work(turn), start_to_close_timeout=_PATIENCE
                )
            case Kind.TIMER:
                await workflow.sleep(turn.seconds)
            case Kind.ALARM:
                self._alarms.append(asyncio.create_task(workflow.sleep(turn.seconds)))
            case Kind.SILENCE:
                self._alarms.pop(0).cancel()
            case Kind.SIGNAL | Kind.UPDATE:
                self._taken[turn.kind] += 1
                await workflow.wait_condition(lambda: self._received[turn.kind] >= self._taken[turn.kind])


def _work(turn: Turn) -> Work:
    return Work(filler(turn.sent), turn.returned, turn.cue)
