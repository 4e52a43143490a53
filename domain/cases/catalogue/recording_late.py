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
    repair=(
        "The audio is transcribed, and a draft that nobody has worked on is made again with it. A class that was "
        "closed without a draft is drafted, and its instructor is asked to review it."
    ),
    closes="A draft that was made with the audio, or a transcript that shows that nothing was said in it.",
    runbook="Open the review: what came late is marked in the transcript. Add what matters to the draft; if it is "
    "approved, message the family.",
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_CLASS, Action.OPEN_REVIEW),
    outage=Outage.RECORDERS,
)
