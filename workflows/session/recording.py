"""Runs the two long activities of a class: the hidden recorder, and the transcription of what it records."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from domain.cases.kinds import ExceptionKind
    from domain.sessions.timeline import Outcome, Step
    from workflows import options
    from workflows.contracts.record import (
        Capture,
        CaptureInput,
        CaptureResult,
        TranscribeInput,
        TranscribeResult,
        Transcription,
    )
    from workflows.failures import cause_code
    from workflows.queues import Queue, task_queue
    from workflows.session.facts import SessionFacts
    from workflows.session.steps import Steps
    from workflows.session.timeline import Timeline

T = TypeVar("T")


class ClassRecording:
    def __init__(self, facts: SessionFacts, timeline: Timeline, steps: Steps) -> None:
        self._facts = facts
        self._timeline = timeline
        self._steps = steps
        self._capture: workflow.ActivityHandle[CaptureResult] | None = None
        self._transcription: workflow.ActivityHandle[TranscribeResult] | None = None

    def start_capture(self) -> None:
        self._timeline.start(Step.CAPTURE, workflow.now())
        self._capture = workflow.start_activity_method(
            Capture.capture,
            CaptureInput(self._facts.session, self._facts.booked.policy.segment_seconds),
            task_queue=task_queue(self._facts.region, Queue.CAPTURE),
            summary="record the room",
            **options.CAPTURE,
        )

    def start_transcription(self) -> None:
        self._timeline.start(Step.TRANSCRIPT, workflow.now())
        self._transcription = workflow.start_activity_method(
            Transcription.transcribe,
            TranscribeInput(self._facts.session, self._facts.booked.policy.languages),
            task_queue=task_queue(self._facts.region, Queue.TRANSCRIPTION),
            summary="transcribe live",
            **options.TRANSCRIPTION,
        )

    def cancel_capture(self) -> None:
        if self._capture:
            self._capture.cancel()

    async def finish_capture(self) -> None:
        result = await self._finish(self._capture, Step.CAPTURE, options.CAPTURE_DRAIN)
        self._capture, self._facts.recording = None, False
        if result:
            note = f"{result.segments} segments, {result.seconds:.0f} s"
            self._timeline.finish(Step.CAPTURE, Outcome.DONE, workflow.now(), note=note)

    async def finish_transcription(self) -> TranscribeResult | None:
        result = await self._finish(self._transcription, Step.TRANSCRIPT, options.TRANSCRIPT_DRAIN)
        if result:
            note = f"{result.utterances} utterances, {result.words} words"
            self._timeline.finish(Step.TRANSCRIPT, Outcome.DONE, workflow.now(), note=note)
        return result

    async def cancel_transcription(self) -> None:
        """Stop the transcription. The next one goes on after what it has stored."""
        if self._transcription:
            self._transcription.cancel()
            with suppress(ActivityError, asyncio.CancelledError):
                await self._transcription
            self._transcription = None

    async def _finish(
        self, handle: workflow.ActivityHandle[T] | None, step: Step, within: timedelta
    ) -> T | None:
        """The activity's result; it is cancelled after `within`. A failure opens a case and gives None."""
        if handle is None:
            return None
        await workflow.wait({handle}, timeout=within.total_seconds())
        try:
            if not handle.done():
                handle.cancel()
            return await handle
        except (ActivityError, asyncio.CancelledError) as error:
            code = cause_code(error) if isinstance(error, ActivityError) else "cancelled"
            cancelled = is_cancelled_exception(error)
            outcome = Outcome.CANCELLED if cancelled else Outcome.FAILED
            self._timeline.finish(step, outcome, workflow.now(), note=code)
            if not cancelled:
                await self._steps.open_case(ExceptionKind.STEP_FAILED, step, {"code": code})
            return None
