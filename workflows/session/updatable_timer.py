"""A timer that sleeps until a given time and can be woken before, when a handler has changed something."""

import asyncio
from datetime import datetime

from temporalio import workflow


class UpdatableTimer:
    def __init__(self) -> None:
        self._wakes = 0
        self._running: tuple[datetime, asyncio.Task[None]] | None = None

    def wake(self) -> None:
        """End the current sleep, so that the workflow looks again at what it waits for."""
        self._wakes += 1

    async def sleep_until(self, at: datetime, summary: str) -> bool:
        """True when the time has come, False when woken before.

        Sleeping again until the same time continues the same timer, so that a wake adds no event to the history.
        """
        wakes_before, wait = self._wakes, at - workflow.now()
        if wait.total_seconds() <= 0:
            return True
        if self._running is None or self._running[0] != at:
            if self._running:
                self._running[1].cancel()
            self._running = (at, asyncio.create_task(workflow.sleep(wait, summary=summary)))
        timer = self._running[1]
        await workflow.wait_condition(lambda: timer.done() or self._wakes != wakes_before)
        return timer.done()
