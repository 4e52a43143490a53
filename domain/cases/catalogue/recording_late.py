"""Audio came into the store after the class was documented without it."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Outage, Owner, Severity

KIND = CaseKind(
    ExceptionKind.RECORDING_LATE,
    title="Audio came too late for the transcript",
    happened="Audio of this class came into the store after its documentation was drafted.",
    detected="The worker that uploads what another has left compares the time with the class's draft.",
    cause="The class and the upload.",
    concerns="The instructor, whose draft misses what was said there.",
    repair="The audio is stored and can be played.",
    closes="Nothing.",
    runbook="Open the class, listen to the late audio, and add what matters to the documentation by hand.",
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_CLASS, Action.OPEN_REVIEW),
    outage=Outage.RECORDERS,
)
