"""The workflow that watches the rooms of a region: it runs one hour-long activity after the other, without end."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from workflows import options
    from workflows.contracts.rooms import RoomWatch, WatchInput


@workflow.defn(name="RoomWatch")
class RoomWatchWorkflow:
    @workflow.run
    async def run(self, watch: WatchInput) -> None:
        workflow.set_current_details(
            f"Reconciling the rooms of {watch.region} every {watch.every_seconds:.0f} s"
        )
        for _ in range(24):
            try:
                await workflow.execute_activity_method(
                    RoomWatch.watch, watch, summary="reconcile rooms", **options.WATCH
                )
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                workflow.logger.warning("the room watch failed and starts again")
                await workflow.sleep(1, summary="start the failed watch again")
        workflow.continue_as_new(watch)
