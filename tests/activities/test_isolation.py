"""Work on many sessions is bounded, and a failed session does not affect the others."""

import asyncio
import logging
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest

from activities.isolation import for_each, in_bulk
from domain.errors import NotFound, Unavailable

pytestmark = pytest.mark.unit


def numbered(count: int) -> dict[UUID, int]:
    return {uuid4(): number for number in range(count)}


async def test_failed_item_does_not_affect_the_others(caplog: pytest.LogCaptureFixture) -> None:
    items = numbered(6)
    failures = {1: ValueError("Noor"), 2: NotFound("no room"), 4: Unavailable("not now")}

    async def work(_: UUID, number: int) -> int:
        if number in failures:
            raise failures[number]
        return 10 * number

    with caplog.at_level(logging.WARNING):
        outcomes = await for_each(items, work, what="double it")

    by_number = {number: key for key, number in items.items()}
    assert outcomes.results == {by_number[number]: 10 * number for number in (0, 3, 5)}
    assert outcomes.unavailable == {by_number[4]}
    left_out = {record.__dict__["session_id"] for record in caplog.records if "session_id" in record.__dict__}
    assert left_out == {str(by_number[number]) for number in failures}
    assert "Noor" not in str([record.__dict__ for record in caplog.records])


async def test_concurrent_calls_are_bounded() -> None:
    running, most = 0, 0

    async def work(_: UUID, number: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    outcomes = await for_each(numbered(50), work, what="wait", at_once=7)
    assert len(outcomes.results) == 50
    assert most == 7


async def test_rest_is_not_tried_after_repeated_unavailable() -> None:
    tried = 0

    async def work(_: UUID, number: int) -> None:
        nonlocal tried
        tried += 1
        raise Unavailable("away")

    items = numbered(100)
    outcomes = await for_each(items, work, what="call", at_once=5)
    assert tried == 5
    assert outcomes.unavailable == items.keys()


async def test_hanging_item_is_left_out_after_the_time_limit() -> None:
    items = numbered(30)
    hanging = next(iter(items))

    async def work(key: UUID, number: int) -> int:
        if key == hanging:
            await asyncio.Event().wait()
        return number

    outcomes = await for_each(items, work, what="call", within=0.5)
    assert outcomes.unavailable == {hanging}
    assert outcomes.results == {key: number for key, number in items.items() if key != hanging}


async def test_no_items_give_no_results() -> None:
    async def work(_: UUID, number: int) -> int:
        raise AssertionError

    assert (await for_each({}, work, what="nothing")).results == {}


@pytest.mark.parametrize("faulty", [set(), {0}, {3, 4}, set(range(9))])
async def test_bulk_call_is_split_until_the_faulty_items_are_alone(faulty: set[int]) -> None:
    items = numbered(9)

    async def work(batch: Mapping[UUID, int]) -> Mapping[UUID, int]:
        if faulty & set(batch.values()):
            raise ValueError
        return batch

    results = await in_bulk(items, work, what="read")
    assert results == {key: number for key, number in items.items() if number not in faulty}


async def test_unavailable_bulk_call_is_not_split() -> None:
    calls = 0

    async def work(batch: Mapping[UUID, int]) -> Mapping[UUID, int]:
        nonlocal calls
        calls += 1
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        await in_bulk(numbered(9), work, what="read")
    assert calls == 1
