"""The data converter: round trips of payloads, and cached type adapters."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import TypeAdapter

from domain.sessions.policies import SessionPolicy
from wiring.temporal import DATA_CONVERTER
from workflows.session.messages import Booking

pytestmark = pytest.mark.unit

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
BOOKING = Booking(uuid4(), uuid4(), (uuid4(),), START, START.replace(hour=11), policy=SessionPolicy())


@pytest.mark.parametrize("value, hint", [(BOOKING, Booking), ([BOOKING], list[Booking]), ({"a": 1}, None)])
async def test_values_survive_a_round_trip(value: object, hint: type | None) -> None:
    payloads = await DATA_CONVERTER.encode([value])
    assert await DATA_CONVERTER.decode(payloads, [hint] if hint else None) == [value]


def test_a_new_converter_reuses_type_adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    converter, another = (DATA_CONVERTER.payload_converter_class() for _ in range(2))
    payloads = converter.to_payloads([BOOKING])
    converter.from_payloads(payloads, [Booking])
    monkeypatch.setattr(TypeAdapter, "__init__", None)
    assert another.from_payloads(payloads, [Booking]) == [BOOKING]
