"""A process that starts while Temporal is out of reach for a moment waits for it."""

import asyncio

import pytest

from tests.faults.wire import Fault, Wire
from tests.stack import TestTemporal
from wiring.temporal import connect

pytestmark = pytest.mark.adapter


async def test_start_waits_for_temporal(temporal_server: TestTemporal) -> None:
    async with Wire.to(f"tcp://{temporal_server.address}") as wire:
        wire.misbehave(Fault.CUT)
        asyncio.get_running_loop().call_later(0.3, wire.misbehave, Fault.NONE)
        client = await connect(f"127.0.0.1:{wire.own_port}", temporal_server.namespace)

        assert await client.service_client.check_health()
