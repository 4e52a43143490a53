"""The transcript of a class does not keep up with what is said."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.TRANSCRIPT_BEHIND,
    title="Transcript behind",
    happened="What was said minutes ago in this class is recorded and not transcribed yet.",
    detected=(
        "The region's watch counts the audio that waits: a track with at least three segments and a minute "
        "and a half of sound that have been stored for three minutes. The latest segment of a track always "
        "waits for the next one."
    ),
    cause="The class, once in half an hour.",
    concerns="The instructor, whose draft comes later, and whoever reads captions.",
    repair="A transcription worker that is lost is replaced within a minute.",
    closes="The audio is transcribed.",
    runbook=(
        "See that workers of the queue transcription run and how loaded they are (`homeroom status`), and "
        "start more. If one class alone is behind, open its workflow in the Temporal UI: the activity "
        "transcribe_class shows why it fails."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=60),
    actions=(Action.OPEN_CLASS,),
)
