"""Delivers single notices outside any session, or gives them up."""

from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from temporalio import activity

from activities.failures import description
from activities.heartbeats import heartbeats
from domain.errors import Unavailable
from services.outbox import Outbox
from workflows.contracts.deliveries import Deliveries, DeliveryInput, DeliveryResult


class NoticeWriter(Protocol):
    async def write(self, organization_id: UUID, notice_id: UUID, now: datetime) -> None:
        """Write the text of a notice just before it is delivered, or withdraw it; others' notices stay as they are."""


class DeliveryActivities(Deliveries):
    def __init__(self, outbox: Outbox, *writers: NoticeWriter) -> None:
        self._outbox = outbox
        self._writers = writers

    @activity.defn(name="deliver_notice")
    async def deliver(self, delivery: DeliveryInput) -> DeliveryResult:
        async with heartbeats():
            await self._write(delivery)
            state = await self._outbox.deliver_one(delivery.organization_id, delivery.notice_id)
        return DeliveryResult(state)

    @activity.defn(name="give_up_notice")
    async def give_up(self, delivery: DeliveryInput) -> DeliveryResult:
        try:  # what nobody needs to know any more is withdrawn, which is no failure
            await self._write(delivery)
        except Unavailable:
            raise
        except Exception as error:
            activity.logger.warning("a notice was not written", extra={"error": description(error)})
        return DeliveryResult(await self._outbox.give_up(delivery.organization_id, delivery.notice_id))

    async def _write(self, delivery: DeliveryInput) -> None:
        for writer in self._writers:
            await writer.write(delivery.organization_id, delivery.notice_id, datetime.now(UTC))
