"""A notice is retried until its deadline, then given up."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.errors import NotFound, Unavailable
from domain.notices.kinds import DeliveryState
from tests.workflows.delivering import REGION, Deliverer, deliver, delivering, delivery_result
from workflows import options
from workflows.queues import Queue, task_queue

pytestmark = pytest.mark.workflow

LASTS = timedelta(minutes=15)


@pytest.fixture
async def deliverer(environment: WorkflowEnvironment) -> AsyncIterator[Deliverer]:
    async with delivering(environment.client) as activities:
        yield activities


async def test_notice_is_delivered_at_once(environment: WorkflowEnvironment, deliverer: Deliverer) -> None:
    handle = await deliver(environment, LASTS)
    assert (await delivery_result(environment, handle)).state == DeliveryState.SENT
    assert deliverer.calls == ["deliver"]
    assert (await handle.describe()).task_queue == task_queue(REGION, Queue.NOTICES)


async def test_delivery_is_retried_until_the_mail_server_is_back(
    environment: WorkflowEnvironment, deliverer: Deliverer
) -> None:
    deliverer.failures = [Unavailable("it does not answer")] * 6
    handle = await deliver(environment, LASTS)
    assert (await delivery_result(environment, handle)).state == DeliveryState.SENT
    assert deliverer.calls == ["deliver"] * 7


async def test_notice_not_sent_before_its_deadline_is_given_up(
    environment: WorkflowEnvironment, deliverer: Deliverer
) -> None:
    deliverer.failures = [Unavailable("it does not answer")] * 1_000
    handle = await deliver(environment, LASTS)
    assert (await delivery_result(environment, handle)).state == DeliveryState.WITHDRAWN
    assert deliverer.calls[-1] == "give up"
    assert 15 <= deliverer.calls.count("deliver") <= 20


async def test_notice_past_its_deadline_is_given_up_without_an_attempt(
    environment: WorkflowEnvironment, deliverer: Deliverer
) -> None:
    handle = await deliver(environment, -LASTS)
    assert (await delivery_result(environment, handle)).state == DeliveryState.WITHDRAWN
    assert deliverer.calls == ["give up"]


async def test_digest_is_delivered_once_it_has_gathered(
    environment: WorkflowEnvironment, deliverer: Deliverer
) -> None:
    now = await environment.get_current_time()
    deliverer.waits = [now + timedelta(seconds=10), now + timedelta(seconds=20)]
    handle = await deliver(environment, LASTS)
    assert (await delivery_result(environment, handle)).state == DeliveryState.SENT
    assert deliverer.calls == ["deliver"] * 3


async def test_final_error_is_not_retried(environment: WorkflowEnvironment, deliverer: Deliverer) -> None:
    deliverer.failures = [NotFound("there is no such notice")]
    await delivery_result(environment, await deliver(environment, LASTS))
    assert deliverer.calls == ["deliver", "give up"]


def test_retries_start_fast_and_then_come_every_minute() -> None:
    """A sign-in link is valid for 15 minutes, and its reader waits during the first."""
    policy = options.delivery(LASTS)["retry_policy"]
    waits = [policy.initial_interval * policy.backoff_coefficient**number for number in range(6)]
    assert policy.maximum_interval is not None
    seconds = [round(min(wait, policy.maximum_interval).total_seconds()) for wait in waits]
    assert seconds == [1, 4, 12, 43, 60, 60]
    assert policy.maximum_attempts == 0
