"""Fixtures: rooms on a real LiveKit server."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.media_bridge.room_with_voices import RoomWithVoices
from tests.stack import TestLiveKit


@pytest.fixture
async def room(livekit_server: TestLiveKit, tmp_path: Path) -> AsyncIterator[RoomWithVoices]:
    """An empty room on the shared server."""
    async with RoomWithVoices(livekit_server, tmp_path) as made:
        yield made


@pytest.fixture
async def own_room(
    livekit_factory: Callable[..., TestLiveKit], tmp_path: Path
) -> AsyncIterator[RoomWithVoices]:
    """An empty room on a server of its own, which the test may kill."""
    async with RoomWithVoices(livekit_factory(), tmp_path) as made:
        yield made
