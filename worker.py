"""Runs workflows and activities on task queues of its region: `python -m worker --queue sessions --queue notices`."""

import asyncio
import signal
from collections.abc import Collection
from typing import Annotated

import typer

from config.logging import configure_logging
from config.settings import load_settings
from wiring.workers import running_workers
from workflows.queues import Queue


async def run(queues: Collection[Queue]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running_workers(queues, load_settings()):
        await stop.wait()


def main(
    queue: Annotated[list[Queue], typer.Option(help="A task queue to work on; can be repeated.")],
) -> None:
    settings = load_settings()
    configure_logging(settings.log_level, as_json=settings.log_json)
    asyncio.run(run(queue))


if __name__ == "__main__":
    typer.run(main)
