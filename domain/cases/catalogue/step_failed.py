"""A step of a class failed for good."""

from datetime import timedelta

from domain.cases.kinds import Action, AfterCancellation, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.STEP_FAILED,
    title="Step failed",
    happened="A step of this class was tried again and again, and failed for good.",
    detected=(
        "The class's workflow gives a step up when its retries are used up; workflows/options.py lists for "
        "how long each is tried."
    ),
    cause="The class and the step, with the reminder or message that it was about.",
    concerns="Ops, and the people who wait for what the step makes.",
    repair="The step is retried with growing pauses before the case opens. The class goes on without it.",
    closes="Nothing: a person decides whether the step is still wanted.",
    runbook=(
        "Read the code and the step. A code of an unavailable server means that the server was down for "
        "longer than the step may wait: see to the server, then do by hand what the step does (send the "
        "message again, open the class's page). Any other code is a fault of Homeroom or of the class's data:"
        " open the workflow in the Temporal UI from the class's page and read the failure."
    ),
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=30),
    actions=(Action.OPEN_CLASS, Action.JOIN_AS_OBSERVER),
    after_cancellation=AfterCancellation.BEGINS_ANEW,
)
