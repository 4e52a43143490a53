"""A taught class has no transcript."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.TRANSCRIPT_INCOMPLETE,
    title="Transcript incomplete",
    happened="The class was taught, and its transcript holds no words.",
    detected="The class's workflow finds no utterance when the transcription has ended.",
    cause="The class, once for each time that it was taught.",
    concerns="The instructor, who gets no draft.",
    repair="Transcription is retried for a day before the case opens.",
    closes="Nothing.",
    runbook=(
        "Listen to the audio on the class's page. If people speak, see that the workers of the queue "
        "transcription run and have their model (`homeroom status`). If nobody speaks, the class was silent, "
        "or microphones were off: resolve the case with this note."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_CLASS,),
)
