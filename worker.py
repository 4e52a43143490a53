"""Runs workflows and activities on task queues of its region: `python -m worker --queue sessions --queue notices`."""

import asyncio
import os
import signal
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from config.logging import configure_logging
from config.settings import load_settings
from wiring.workers import running_workers
from workflows.queues import Queue


async def run(queues: Collection[Queue], ready_file: Path | None = None) -> None:
    """Work until SIGTERM or SIGINT. `ready_file` gets the process id once the workers poll."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running_workers(queues, load_settings()):
        if ready_file is not None:
            _announce(ready_file)
        await stop.wait()


def _announce(ready_file: Path) -> None:
    ready_file.write_text(f"{os.getpid()}\n")


def main(
    queue: Annotated[list[Queue], typer.Option(help="A task queue to work on; can be repeated.")],
    ready_file: Annotated[
        Path | None, typer.Option(help="A file that gets the process id once the workers are ready.")
    ] = None,
) -> None:
    settings = load_settings()
    configure_logging(settings.log_level, as_json=settings.log_json)
    asyncio.run(run(queue, ready_file))


if __name__ == "__main__":
    typer.run(main)
