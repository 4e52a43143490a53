"""The workflow that cleans up a region. A schedule starts it; what a failed run leaves is done by the next run."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import options, patches
    from workflows.contracts.housekeeping import Housekeeping, HousekeepingInput, HousekeepingResult
    from workflows.patches import patched


@workflow.defn(name="Housekeeping")
class HousekeepingWorkflow:
    @workflow.run
    async def run(self, housekeeping: HousekeepingInput) -> HousekeepingResult:
        deliveries = await workflow.execute_activity_method(
            Housekeeping.start_deliveries,
            housekeeping,
            summary="start pending deliveries",
            **options.HOUSEKEEPING,
        )
        forgotten = await workflow.execute_activity_method(
            Housekeeping.forget_expired, housekeeping, summary="delete expired rows", **options.HOUSEKEEPING
        )
        if not patched(patches.COMPARES_RECORDS):
            return HousekeepingResult(deliveries, forgotten)
        differences = await workflow.execute_activity_method(
            Housekeeping.compare_records,
            housekeeping,
            summary="compare sessions with workflows",
            **options.HOUSEKEEPING,
        )
        if not patched(patches.SWEEPS):
            return HousekeepingResult(deliveries, forgotten, differences)
        swept = await workflow.execute_activity_method(
            Housekeeping.sweep, housekeeping, summary="repair loose ends", **options.HOUSEKEEPING
        )
        return HousekeepingResult(deliveries, forgotten, differences, swept)
