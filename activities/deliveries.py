"""Delivers single notices outside any session, or gives them up."""

from temporalio import activity

from activities.heartbeats import heartbeats
from services.outbox import Outbox
from workflows.contracts.deliveries import Deliveries, DeliveryInput, DeliveryResult


class DeliveryActivities(Deliveries):
    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    @activity.defn(name="deliver_notice")
    async def deliver(self, delivery: DeliveryInput) -> DeliveryResult:
        async with heartbeats():
            state = await self._outbox.deliver_one(delivery.organization_id, delivery.notice_id)
        return DeliveryResult(state)

    @activity.defn(name="give_up_notice")
    async def give_up(self, delivery: DeliveryInput) -> DeliveryResult:
        return DeliveryResult(await self._outbox.give_up(delivery.organization_id, delivery.notice_id))
