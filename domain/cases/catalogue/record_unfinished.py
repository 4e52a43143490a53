"""A part of the record of a closed class has no end, and nothing works on it any more."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.RECORD_UNFINISHED,
    title="Record that nobody finishes",
    happened="This class is closed, and a part of its record was left unfinished.",
    detected=(
        "Every five minutes, the classes that were closed in the last week are looked through. The detail names the "
        "part: attendance, transcript, outcome, or the step that still counts as running."
    ),
    cause="The class and the part.",
    concerns="Whoever reads the record of the class: families, the instructor, payroll.",
    repair="Missing attendance is filed again from the events of the class. Other parts are not guessed.",
    closes="Of a transcript: late audio that is transcribed. Else nothing.",
    runbook=(
        "Open the class and look at the part that the detail names. Of a transcript, listen to the recording and add "
        "what matters to the documentation by hand. Of a step, see in the Temporal UI how its workflow ended. "
        "Resolve the exception when the record says what it should."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_CLASS, Action.OPEN_REVIEW),
)
