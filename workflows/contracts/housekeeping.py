"""Activities of a region's housekeeping: delete expired rows, start deliveries that were not started."""

from dataclasses import dataclass

from temporalio import activity


@dataclass(frozen=True)
class HousekeepingInput:
    region: str


@dataclass(frozen=True)
class HousekeepingResult:
    deliveries: int  # started
    forgotten: int  # rows deleted
    differences: int = 0  # between the sessions on record and what Temporal runs
    swept: int = 0  # loose ends that were repaired or have a case


class Housekeeping:
    @activity.defn(name="start_deliveries")
    async def start_deliveries(self, housekeeping: HousekeepingInput) -> int:
        """Start the delivery of each waiting notice, unless it is running. Returns the number of waiting notices."""
        raise NotImplementedError

    @activity.defn(name="forget_expired")
    async def forget_expired(self, housekeeping: HousekeepingInput) -> int:
        """Delete expired idempotency keys, sign-in links, attempts and signed-in browsers. Returns the row count."""
        raise NotImplementedError

    @activity.defn(name="compare_records")
    async def compare_records(self, housekeeping: HousekeepingInput) -> int:
        """Open a case for each session without a workflow and each workflow without a session. Returns their number."""
        raise NotImplementedError

    @activity.defn(name="sweep")
    async def sweep(self, housekeeping: HousekeepingInput) -> int:
        """Repair what nothing works on any more, or open a case for it, and propose plans after changes.

        Returns the number of loose ends and proposals.
        """
        raise NotImplementedError
