"""The transcription of a taught class has not come to its end."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.TRANSCRIPT_INCOMPLETE,
    title="Transcript incomplete",
    happened="The class was taught, and its transcription has not come to its end.",
    detected="The class's workflow gives the transcription up when its time or its retries are used up.",
    cause="The class, once for each time that it was taught.",
    concerns="The instructor, who gets no draft.",
    repair="Transcription is retried for a day before the case opens.",
    closes="Audio that comes late, once all of the class is transcribed.",
    runbook=(
        "See that the workers of the queue transcription run and have their model (`homeroom status`). The audio is "
        "stored: listen to it on the class's page, and write what matters to the families by hand."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_CLASS,),
)
