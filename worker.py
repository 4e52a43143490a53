"""Runs workflows and activities on the task queues of its region: `python -m worker --queue sessions`."""

import asyncio
import signal
from typing import Annotated

import typer

from config.logging import configure_logging
from config.settings import load_settings
from wiring.workers import make_worker
from workflows.queues import Queue


async def run(queue: Queue) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with make_worker(queue, load_settings()):
        await stop.wait()


def main(queue: Annotated[Queue, typer.Option(help="The task queue to work on.")]) -> None:
    settings = load_settings()
    configure_logging(settings.log_level, as_json=settings.log_json)
    asyncio.run(run(queue))


if __name__ == "__main__":
    typer.run(main)
