"""One notice is delivered: tried for as long as it is of use, whatever restarts meanwhile."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows import options
    from workflows.contracts.deliveries import Deliveries, DeliveryInput, DeliveryResult


@workflow.defn(name="NoticeDelivery")
class NoticeDelivery:
    @workflow.run
    async def run(self, delivery: DeliveryInput) -> DeliveryResult:
        left = delivery.deliver_by - workflow.now()
        if left > timedelta():
            try:
                return await workflow.execute_activity_method(
                    Deliveries.deliver, delivery, summary="deliver the notice", **options.delivery(left)
                )
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                workflow.logger.warning("the notice was not delivered in time")
        return await workflow.execute_activity_method(
            Deliveries.give_up, delivery, summary="give the notice up", **options.DURABLE_RECORD
        )
