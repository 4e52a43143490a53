"""Runs loops side by side in one activity, and starts a loop that ends again."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any

from temporalio import activity

from activities.failures import description

_CANCEL_AGAIN_SECONDS = 1.0

Loop = Callable[[], Coroutine[Any, Any, None]]


async def keep_running(
    loops: Mapping[str, Loop],
    *,
    seconds: float,
    beat: Callable[[], None],
    every: float = 5.0,
    pause: float = 1.0,
) -> None:
    """Run endless loops for `seconds`, and call `beat` at least once in `every` seconds.

    A loop that ends, for whatever reason, is logged by its name and started again after `pause` seconds.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    tasks = {asyncio.create_task(loop()): name for name, loop in loops.items()}
    try:
        while (remaining := end - clock()) > 0:
            beat()
            ended, _ = await asyncio.wait(
                tasks, timeout=min(every, remaining), return_when=asyncio.FIRST_COMPLETED
            )
            for task in ended:
                name = tasks.pop(task)
                activity.logger.error(
                    "a loop ended and starts again", extra={"loop": name, "error": _reason(task)}
                )
                tasks[asyncio.create_task(_run_after(pause, loops[name]))] = name
    finally:
        await _end(tasks)


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel all tasks until they have ended. A task whose clean-up raises may swallow a cancellation."""
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_CANCEL_AGAIN_SECONDS)


async def _run_after(pause: float, loop: Loop) -> None:
    await asyncio.sleep(pause)
    await loop()


def _reason(task: asyncio.Task[None]) -> str:
    if task.cancelled():
        return "cancelled"
    error = task.exception()
    return description(error) if error else "returned"
