"""Work on many sessions at once: bounded, and no failure spoils another's result."""

import asyncio
import logging
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest

from activities.isolation import for_each, in_one_go
from domain.errors import NotFound, Unavailable

pytestmark = pytest.mark.unit


def numbered(count: int) -> dict[UUID, int]:
    return {uuid4(): number for number in range(count)}


async def test_a_failure_of_any_kind_leaves_the_others_their_result(caplog: pytest.LogCaptureFixture) -> None:
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


async def test_calls_under_way_together_are_bounded() -> None:
    under_way, most = 0, 0

    async def work(_: UUID, number: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    outcomes = await for_each(numbered(50), work, what="wait", at_once=7)
    assert len(outcomes.results) == 50
    assert most == 7


async def test_the_rest_is_not_tried_where_nobody_answers() -> None:
    tried = 0

    async def work(_: UUID, number: int) -> None:
        nonlocal tried
        tried += 1
        raise Unavailable("away")

    items = numbered(100)
    outcomes = await for_each(items, work, what="call", at_once=5)
    assert tried == 5
    assert outcomes.unavailable == items.keys()


async def test_one_that_hangs_is_left_out_and_the_others_are_not() -> None:
    items = numbered(30)
    hanging = next(iter(items))

    async def work(key: UUID, number: int) -> int:
        if key == hanging:
            await asyncio.Event().wait()
        return number

    outcomes = await for_each(items, work, what="call", within=0.5)
    assert outcomes.unavailable == {hanging}
    assert outcomes.results == {key: number for key, number in items.items() if key != hanging}


async def test_nothing_to_do_is_done() -> None:
    async def work(_: UUID, number: int) -> int:
        raise AssertionError

    assert (await for_each({}, work, what="nothing")).results == {}


@pytest.mark.parametrize("sick", [set(), {0}, {3, 4}, set(range(9))])
async def test_a_statement_for_all_that_fails_is_repeated_without_the_sick(sick: set[int]) -> None:
    items = numbered(9)

    async def work(some: Mapping[UUID, int]) -> Mapping[UUID, int]:
        if sick & set(some.values()):
            raise ValueError
        return some

    found = await in_one_go(items, work, what="read")
    assert found == {key: number for key, number in items.items() if number not in sick}


async def test_a_statement_that_meets_nobody_is_not_repeated() -> None:
    calls = 0

    async def work(some: Mapping[UUID, int]) -> Mapping[UUID, int]:
        nonlocal calls
        calls += 1
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        await in_one_go(numbered(9), work, what="read")
    assert calls == 1
