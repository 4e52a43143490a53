"""The housekeeping of a region, run by a schedule: a run that fails is followed by the next."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import options
    from workflows.contracts.housekeeping import Housekeeping, HousekeepingInput, HousekeepingResult


@workflow.defn(name="Housekeeping")
class HousekeepingWorkflow:
    @workflow.run
    async def run(self, housekeeping: HousekeepingInput) -> HousekeepingResult:
        deliveries = await workflow.execute_activity_method(
            Housekeeping.start_deliveries,
            housekeeping,
            summary="start waiting deliveries",
            **options.HOUSEKEEPING,
        )
        forgotten = await workflow.execute_activity_method(
            Housekeeping.forget_expired, housekeeping, summary="forget what is over", **options.HOUSEKEEPING
        )
        return HousekeepingResult(deliveries, forgotten)
