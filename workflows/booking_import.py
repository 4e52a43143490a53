"""The workflow of an import of bookings: it books batch by batch until no row waits.

The rows hold what is to be booked and what became of each (services/bulk_import/booking_runs.py); the history holds
counts alone. A batch that fails is made again later.
"""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.sessions.booking_imports import ImportState
    from workflows import options, patches
    from workflows.contracts.booking_imports import BookingImportSteps, ImportLook, ImportRef
    from workflows.failures import STEP_FAILURES
    from workflows.patches import patched

_AFTER_FAILURE = timedelta(minutes=5)
_FOR_ROW = timedelta(minutes=1)  # between looks for a row that is being written
_LOOKS_FOR_ROW = 5
_BATCHES_PER_RUN = 500  # then it continues as new


@workflow.defn(name="BookingImport")
class BookingImportWorkflow:
    @workflow.init
    def __init__(self, ref: ImportRef) -> None:
        self._written = False
        self._missing = 0
        self._look = ImportLook(None)

    @workflow.run
    async def run(self, ref: ImportRef) -> ImportLook:
        for _ in range(_BATCHES_PER_RUN):
            self._written = False
            pause = await self._book(ref)
            if self._look.state == ImportState.DONE and self._written and patched(patches.CORRECTED_ROWS):
                continue  # rows were corrected meanwhile
            if self._look.state == ImportState.DONE or self._missing >= _LOOKS_FOR_ROW:
                return self._look
            if pause:
                with suppress(TimeoutError):
                    await workflow.wait_condition(
                        lambda: self._written, timeout=pause, timeout_summary="until the next batch"
                    )
        return workflow.continue_as_new(ref)

    async def _book(self, ref: ImportRef) -> timedelta | None:
        """Book one batch; returns how long to wait before the next, None: not at all."""
        try:
            self._look = await workflow.execute_activity_method(
                BookingImportSteps.book, ref, summary="book the next rows", **options.SERIES
            )
        except STEP_FAILURES:
            workflow.logger.warning("a batch of an import failed")
            return _AFTER_FAILURE
        workflow.set_current_details(_described(self._look))
        if self._look.state is None:
            self._missing += 1
            return _FOR_ROW
        return None

    @workflow.signal
    def written(self) -> None:
        """The rows are in the database: book them now."""
        self._written = True

    @workflow.query
    def progress(self) -> ImportLook:
        """How many rows wait, are booked and are refused."""
        return self._look


def _described(look: ImportLook) -> str:
    if look.state is None:
        return "no row yet"
    return (
        f"{look.state}: {look.waiting} rows wait, {look.booked} booked, {look.booked_before} booked before, "
        f"{look.refused} refused"
    )
