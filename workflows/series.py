"""The workflow of a series of classes: it books them some weeks ahead, batch by batch, until the series has ended.

    look: book and change what is due -> wait for the next batch, the next class to book, or a change -> look ...

The rows hold the series (services/series_bookings.py); the history holds how far it is. A look that fails is made
again later: classes that are booked run on their own.
"""

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.scheduling.series_changes import SeriesState
    from workflows import options
    from workflows.contracts.series import SeriesLook, SeriesRef, SeriesSteps
    from workflows.failures import STEP_FAILURES

_AFTER_FAILURE = timedelta(hours=1)
_FOR_ROW = timedelta(minutes=1)  # between looks for a row that is being written
_LOOKS_FOR_ROW = 5
_SHORTEST_PAUSE = timedelta(seconds=1)
_LOOKS_PER_RUN = 500  # then it continues as new


@workflow.defn(name="Series")
class SeriesWorkflow:
    @workflow.init
    def __init__(self, ref: SeriesRef) -> None:
        self._changed = False
        self._missing = 0
        self._look = SeriesLook(None)

    @workflow.run
    async def run(self, ref: SeriesRef) -> SeriesLook:
        for _ in range(_LOOKS_PER_RUN):
            self._changed = False
            pause = await self._advance(ref)
            if pause is None and not self._changed:
                return self._look
            await self._wait(pause or _SHORTEST_PAUSE)
            if workflow.info().is_continue_as_new_suggested():
                break
        return workflow.continue_as_new(ref)

    @workflow.signal
    def changed(self) -> None:
        """The series has changed: look at it now."""
        self._changed = True

    @workflow.query
    def progress(self) -> SeriesLook:
        """How many classes are booked, planned and refused, and when the series is looked at again."""
        return self._look

    async def _advance(self, ref: SeriesRef) -> timedelta | None:
        """One look; returns the time until the next, None after the last."""
        try:
            self._look = await workflow.execute_activity_method(
                SeriesSteps.advance, ref, summary="book and change classes", **options.SERIES
            )
        except STEP_FAILURES:
            workflow.logger.warning("a look at a series failed")
            workflow.set_current_details(
                f"{_described(self._look)}. The last look failed; the next is in an hour."
            )
            return _AFTER_FAILURE
        workflow.set_current_details(_described(self._look))
        if self._look.state is None:
            self._missing += 1
            return _FOR_ROW if self._missing < _LOOKS_FOR_ROW else None
        if self._look.state == SeriesState.ENDED or self._look.look_again_at is None:
            return None
        return max(self._look.look_again_at - workflow.now(), _SHORTEST_PAUSE)

    async def _wait(self, pause: timedelta) -> None:
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._changed, timeout=pause, timeout_summary="until the next look at the series"
            )


def _described(look: SeriesLook) -> str:
    if look.state is None:
        return "no row yet"
    until = f", next look {look.look_again_at:%Y-%m-%d %H:%M:%S} UTC" if look.look_again_at else ""
    counts = (
        f"{look.booked} booked, {look.planned} planned, {look.refused} refused, {look.to_change} to change"
    )
    return f"{look.state}: {counts}{until}"
