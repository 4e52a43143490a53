"""The workflow of audio that came into the store after its class was documented.

It waits until the class has made its own transcript and draft, transcribes what is left, and has the record counted
again. It ends when nothing is left; the next late segment starts it again.
"""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows import options
    from workflows.contracts.late_audio import (
        LateAudioInput,
        LateAudioResult,
        LateAudioSteps,
        LateTranscription,
    )
    from workflows.queues import Queue, task_queue

_FOR_CLASS = timedelta(minutes=1)  # between looks at a class that is not documented yet
_LOOKS_PER_RUN = 500  # then it continues as new


@workflow.defn(name="LateAudio")
class LateAudio:
    @workflow.init
    def __init__(self, late: LateAudioInput) -> None:
        self._came = False

    @workflow.run
    async def run(self, late: LateAudioInput) -> LateAudioResult:
        for _ in range(_LOOKS_PER_RUN):
            self._came = False
            transcript = await workflow.execute_activity_method(
                LateTranscription.transcribe_late,
                late.session,
                task_queue=task_queue(late.region, Queue.TRANSCRIPTION),
                summary="transcribe what came late",
                **options.TRANSCRIPTION,
            )
            if transcript.waits:
                await workflow.sleep(_FOR_CLASS, summary="until the class is documented")
                continue
            result = await workflow.execute_activity_method(
                LateAudioSteps.count, late.session, summary="count the record again", **options.DRAFTING
            )
            workflow.set_current_details(_described(result))
            if not self._came:
                return result
        return workflow.continue_as_new(late)

    @workflow.signal
    def came(self) -> None:
        """A segment of the class was stored."""
        self._came = True


def _described(result: LateAudioResult) -> str:
    draft = f"drafted as revision {result.revision}" if result.revision else "no draft has them"
    return f"{result.seconds:.0f} s of audio, {result.utterances} utterances, {draft}"
