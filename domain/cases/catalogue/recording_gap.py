"""A span of a class was not recorded."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Outage, Owner, Severity

KIND = CaseKind(
    ExceptionKind.RECORDING_GAP,
    title="Gap in the recording",
    happened="A span of this class was not recorded.",
    detected="When a recorder starts again, what is stored is compared with who was present and unmuted.",
    cause="The class and the recorder that was lost.",
    concerns="The instructor, whose draft misses what was said in the gap.",
    repair="What a lost recorder had written to disk is uploaded by whichever worker finds it.",
    closes="Nothing: the gap stays on the record.",
    runbook=(
        "Tell the instructor which minutes are missing, so that the documentation can be completed by hand. "
        "Several gaps at one time are a machine that died: look at the incident."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_CLASS, Action.OPEN_REVIEW),
    outage=Outage.RECORDERS,
)
