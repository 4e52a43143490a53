"""Loops of one activity: each is kept running, and none takes another with it."""

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
async def test_a_loop_that_ends_is_logged_and_started_again(
    end: Callable[[], Coroutine[None, None, None]], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    lives, steady_lives, again = 0, 0, asyncio.Event()

    async def fragile() -> None:
        nonlocal lives
        lives += 1
        if lives == 3:
            again.set()
            await asyncio.Event().wait()
        await end()

    async def steady() -> None:
        nonlocal steady_lives
        steady_lives += 1
        await asyncio.Event().wait()

    loops = {"fragile": fragile, "steady": steady}
    with caplog.at_level(logging.ERROR):
        running = asyncio.create_task(keep_running(loops, seconds=60, beat=lambda: None, pause=0))
        await asyncio.wait_for(again.wait(), 30)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    assert (lives, steady_lives) == (3, 1)
    logged = [(record.__dict__["loop"], record.__dict__["error"]) for record in caplog.records]
    assert [name for name, _ in logged] == ["fragile", "fragile"]
    assert all(error.startswith(reason) and "Noor" not in error for _, error in logged)


async def test_loops_end_with_the_time_that_is_theirs() -> None:
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


async def test_a_loop_that_loses_its_cancellation_to_an_error_ends_all_the_same() -> None:
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
