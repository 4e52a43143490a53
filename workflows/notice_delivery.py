"""The workflow that delivers one notice: it retries until the notice's deadline, then gives it up."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows import options
    from workflows.contracts.deliveries import Deliveries, DeliveryInput, DeliveryResult

_SHORTEST_PAUSE = timedelta(seconds=1)


@workflow.defn(name="NoticeDelivery")
class NoticeDelivery:
    @workflow.run
    async def run(self, delivery: DeliveryInput) -> DeliveryResult:
        remaining = delivery.deliver_by - workflow.now()
        if remaining > timedelta():
            try:
                return await _delivered(delivery, remaining)
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                workflow.logger.warning("the notice was not delivered in time")
        return await workflow.execute_activity_method(
            Deliveries.give_up, delivery, summary="give up the notice", **options.DURABLE_RECORD
        )


async def _delivered(delivery: DeliveryInput, remaining: timedelta) -> DeliveryResult:
    """Deliver the notice, a digest once it has gathered what belongs to it."""
    while True:
        result = await workflow.execute_activity_method(
            Deliveries.deliver, delivery, summary="deliver the notice", **options.delivery(remaining)
        )
        if result.wait_until is None:
            return result
        pause = max(result.wait_until - workflow.now(), _SHORTEST_PAUSE)
        await workflow.sleep(pause, summary="gather what the act does to further classes")
