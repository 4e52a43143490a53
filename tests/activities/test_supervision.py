"""Each loop of an activity is kept running, whatever happens to the others."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

import pytest

from activities.supervision import keep_running

pytestmark = pytest.mark.unit


async def ends_by_an_error() -> None:
    raise ValueError("Noor")


async def ends_by_itself() -> None:
    return


async def ends_cancelled() -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (ends_by_an_error, "ValueError in ends_by_an_error"),
        (ends_by_itself, "returned"),
        (ends_cancelled, "cancelled"),
    ],
)
async def test_ended_loop_is_logged_and_started_again(
    end: Callable[[], Coroutine[None, None, None]], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    starts, steady_starts, third_start = 0, 0, asyncio.Event()

    async def fragile() -> None:
        nonlocal starts
        starts += 1
        if starts == 3:
            third_start.set()
            await asyncio.Event().wait()
        await end()

    async def steady() -> None:
        nonlocal steady_starts
        steady_starts += 1
        await asyncio.Event().wait()

    loops = {"fragile": fragile, "steady": steady}
    with caplog.at_level(logging.ERROR):
        running = asyncio.create_task(keep_running(loops, seconds=60, beat=lambda: None, pause=0))
        await asyncio.wait_for(third_start.wait(), 30)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    assert (starts, steady_starts) == (3, 1)
    logged = [(record.__dict__["loop"], record.__dict__["error"]) for record in caplog.records]
    assert [name for name, _ in logged] == ["fragile", "fragile"]
    assert all(error.startswith(reason) and "Noor" not in error for _, error in logged)


async def test_loops_are_ended_after_the_given_time() -> None:
    beats, ended = 0, asyncio.Event()

    async def loop() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    def beat() -> None:
        nonlocal beats
        beats += 1

    await keep_running({"loop": loop}, seconds=0.05, beat=beat)
    assert ended.is_set()
    assert beats


async def test_loop_that_swallows_its_cancellation_is_cancelled_again() -> None:
    waits = 0

    async def forgetful() -> None:
        nonlocal waits
        while waits < 2:
            waits += 1
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if waits == 2:
                    raise

    await asyncio.wait_for(keep_running({"forgetful": forgetful}, seconds=0.05, beat=lambda: None), 30)
    assert waits == 2
