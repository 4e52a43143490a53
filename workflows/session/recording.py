"""The room and what runs beside the story while the class does: recorder and transcription."""

import asyncio
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.cases.kinds import ExceptionKind
    from domain.sessions.timeline import Outcome, Step
    from workflows import options
    from workflows.contracts.common import SessionRef
    from workflows.contracts.record import (
        Capture,
        CaptureInput,
        CaptureResult,
        TranscribeInput,
        TranscribeResult,
        Transcription,
    )
    from workflows.contracts.rooms import CloseRoomInput, Rooms
    from workflows.failures import cause_code
    from workflows.quick_steps import execute_quickly
    from workflows.session.steps import SessionSteps

T = TypeVar("T")


class RecordingSteps(SessionSteps):
    def __init__(self, session: SessionRef, region: str) -> None:
        super().__init__(session)
        self._region = region
        self._recording = False
        self._capture: workflow.ActivityHandle[CaptureResult] | None = None
        self._transcription: workflow.ActivityHandle[TranscribeResult] | None = None

    def _start_capture(self, segment_seconds: int) -> None:
        self._timeline.start(Step.CAPTURE, workflow.now())
        self._capture = workflow.start_activity_method(
            Capture.capture,
            CaptureInput(self._ref, segment_seconds),
            task_queue=f"{self._region}-capture",
            summary="hidden recorder",
            **options.CAPTURE,
        )

    def _start_transcription(self, languages: tuple[str, ...]) -> None:
        self._timeline.start(Step.TRANSCRIPT, workflow.now())
        self._transcription = workflow.start_activity_method(
            Transcription.transcribe,
            TranscribeInput(self._ref, languages),
            task_queue=f"{self._region}-transcription",
            summary="transcript as it comes",
            **options.TRANSCRIPTION,
        )

    async def _close_room(self, reason: str) -> None:
        now = workflow.now()
        await self._step(
            Step.END,
            lambda progress: execute_quickly(
                Rooms.close_room,
                CloseRoomInput(self._ref, progress, reason, now),
                summary=f"close room: {reason}",
                otherwise=options.ROOM,
            ),
            note=lambda _: reason,
        )

    async def _leave_room(self, reason: str) -> None:
        """Close the room of a class that is moved or cancelled before it was taught."""
        if self._capture:
            self._capture.cancel()
        await self._close_room(reason)
        await self._finish_capture()

    async def _finish_capture(self) -> None:
        result = await self._collect(self._capture, Step.CAPTURE, options.CAPTURE_DRAIN)
        self._capture, self._recording = None, False
        if result:
            note = f"{result.segments} segments, {result.seconds:.0f} s"
            self._timeline.finish(Step.CAPTURE, Outcome.DONE, workflow.now(), note=note)

    async def _finish_transcription(self) -> TranscribeResult | None:
        result = await self._collect(self._transcription, Step.TRANSCRIPT, options.TRANSCRIPT_DRAIN)
        if result:
            note = f"{result.utterances} utterances, {result.words} words"
            self._timeline.finish(Step.TRANSCRIPT, Outcome.DONE, workflow.now(), note=note)
        return result

    async def _collect(
        self, handle: workflow.ActivityHandle[T] | None, step: Step, within: timedelta
    ) -> T | None:
        """Wait for what runs beside the story; what does not end in time is told to, what fails becomes a case."""
        if handle is None:
            return None
        try:
            await workflow.wait({handle}, timeout=within.total_seconds())
            if not handle.done():
                handle.cancel()
            return await handle
        except (ActivityError, asyncio.CancelledError) as error:
            code = cause_code(error) if isinstance(error, ActivityError) else "cancelled"
            cancelled = is_cancelled_exception(error)
            self._timeline.finish(
                step, Outcome.CANCELLED if cancelled else Outcome.FAILED, workflow.now(), note=code
            )
            if not cancelled:
                await self._open_case(ExceptionKind.STEP_FAILED, step, {"code": code})
            return None
