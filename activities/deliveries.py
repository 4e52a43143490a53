"""Delivers single notices outside any session, or gives them up."""

from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from temporalio import activity

from activities.failures import description
from activities.heartbeats import heartbeats
from domain.errors import Unavailable
from domain.notices.kinds import DeliveryState
from services.outbox import Outbox
from workflows.contracts.deliveries import Deliveries, DeliveryInput, DeliveryResult


class NoticeWriter(Protocol):
    async def write(self, organization_id: UUID, notice_id: UUID, now: datetime) -> None:
        """Write the text of a notice just before it is delivered, or withdraw it; others' notices stay as they are."""


class Digests(NoticeWriter, Protocol):
    async def gathers_until(self, organization_id: UUID, notice_id: UUID, now: datetime) -> datetime | None:
        """When a digest is complete; None: it is, or the notice is none."""


class DeliveryActivities(Deliveries):
    def __init__(self, outbox: Outbox, *writers: NoticeWriter, digests: Digests | None = None) -> None:
        """Without `digests`, digests can't be delivered."""
        self._outbox = outbox
        self._digests = digests
        self._writers = (*writers, digests) if digests else writers

    @activity.defn(name="deliver_notice")
    async def deliver(self, delivery: DeliveryInput) -> DeliveryResult:
        async with heartbeats():
            if self._digests and (until := await self._digests.gathers_until(*_named(delivery), _now())):
                return DeliveryResult(DeliveryState.WAITING, until)
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
            await writer.write(*_named(delivery), _now())


def _named(delivery: DeliveryInput) -> tuple[UUID, UUID]:
    return delivery.organization_id, delivery.notice_id


def _now() -> datetime:
    return datetime.now(UTC)
