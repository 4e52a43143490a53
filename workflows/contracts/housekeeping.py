"""What a region does now and then: forgetting what is over, starting deliveries that nobody started."""

from dataclasses import dataclass

from temporalio import activity


@dataclass(frozen=True)
class HousekeepingInput:
    region: str


@dataclass(frozen=True)
class HousekeepingResult:
    deliveries: int  # that waited, and run now
    forgotten: int  # rows


class Housekeeping:
    @activity.defn(name="start_deliveries")
    async def start_deliveries(self, housekeeping: HousekeepingInput) -> int:
        """Start the delivery of each notice that waits; those that run go on. How many there were."""
        raise NotImplementedError

    @activity.defn(name="forget_expired")
    async def forget_expired(self, housekeeping: HousekeepingInput) -> int:
        """Delete kept answers, used links, attempts and browsers that are over. How many rows."""
        raise NotImplementedError
