"""Activities that deliver one notice outside any session: a sign-in mail, an invitation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from temporalio import activity

from domain.notices.kinds import DeliveryState


@dataclass(frozen=True)
class DeliveryInput:
    organization_id: UUID
    notice_id: UUID
    deliver_by: datetime


@dataclass(frozen=True)
class DeliveryResult:
    state: DeliveryState
    wait_until: datetime | None = None  # a digest gathers until then, and nothing was sent


class Deliveries:
    @activity.defn(name="deliver_notice")
    async def deliver(self, delivery: DeliveryInput) -> DeliveryResult:
        """Send the notice and mark it as sent; one that was sent before is not sent again."""
        raise NotImplementedError

    @activity.defn(name="give_up_notice")
    async def give_up(self, delivery: DeliveryInput) -> DeliveryResult:
        """Mark a notice that was not sent in time as withdrawn, or as failed and open a case."""
        raise NotImplementedError
