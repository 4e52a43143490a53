"""The clients that the activities of all queues of a process share, and what each queue's module provides."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from temporalio.client import Client

from config.settings import Settings
from models.database import Database

Activities = Sequence[Callable[..., Any]]


@dataclass(frozen=True)
class WorkerParts:
    settings: Settings
    database: Database
    client: Client


class QueueModule(Protocol):
    """A module of this package."""

    MAX_CONCURRENT: int  # activities at once
    WORKFLOWS: Sequence[type]

    def activities(self, parts: WorkerParts) -> AbstractAsyncContextManager[Activities]:
        """The queue's activities, with their clients open until the block ends."""
