"""Fixtures: rooms on a real LiveKit server."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.media_bridge.classroom import Classroom
from tests.stack import TestLiveKit


@pytest.fixture
async def classroom(livekit_server: TestLiveKit, tmp_path: Path) -> AsyncIterator[Classroom]:
    """An empty room on the shared server."""
    async with Classroom(livekit_server, tmp_path) as room:
        yield room


@pytest.fixture
async def own_classroom(
    livekit_factory: Callable[..., TestLiveKit], tmp_path: Path
) -> AsyncIterator[Classroom]:
    """An empty room on a server of its own, which the test may kill."""
    async with Classroom(livekit_factory(), tmp_path) as room:
        yield room
