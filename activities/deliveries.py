"""Delivers single notices outside any session, or gives them up."""

from datetime import UTC, datetime

from temporalio import activity

from activities.heartbeats import heartbeats
from services.link_renewal import RenewedLinkMails
from services.outbox import Outbox
from workflows.contracts.deliveries import Deliveries, DeliveryInput, DeliveryResult


class DeliveryActivities(Deliveries):
    def __init__(self, outbox: Outbox, renewed_links: RenewedLinkMails) -> None:
        self._outbox = outbox
        self._renewed_links = renewed_links

    @activity.defn(name="deliver_notice")
    async def deliver(self, delivery: DeliveryInput) -> DeliveryResult:
        async with heartbeats():
            await self._renewed_links.write(delivery.organization_id, delivery.notice_id, datetime.now(UTC))
            state = await self._outbox.deliver_one(delivery.organization_id, delivery.notice_id)
        return DeliveryResult(state)

    @activity.defn(name="give_up_notice")
    async def give_up(self, delivery: DeliveryInput) -> DeliveryResult:
        return DeliveryResult(await self._outbox.give_up(delivery.organization_id, delivery.notice_id))
