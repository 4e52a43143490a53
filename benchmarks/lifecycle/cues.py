"""Cues with which an activity wakes the driver of its workflow."""

import asyncio
from collections import defaultdict

from temporalio import activity


class Cues:
    def __init__(self) -> None:
        self._given: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(0))

    def give(self) -> None:
        """Give a cue to the driver of the workflow whose activity calls this."""
        self._given[activity.info().workflow_id or ""].release()

    async def wait(self, workflow_id: str) -> None:
        await self._given[workflow_id].acquire()
