"""The record and Temporal do not agree about a session."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.RECORDS_DIFFER,
    title="Class without its workflow",
    happened="A class is on record and nothing runs it, or something runs for a class that is not on record.",
    detected=(
        "Every five minutes, the unfinished classes of the region are compared with Temporal's running workflows. The "
        "detail names the difference: no_workflow, or no_session."
    ),
    cause="The class and the difference.",
    concerns="Everybody in the class: without its workflow no room is opened, and no mail is sent.",
    repair="None: what the workflow knew is not guessed.",
    closes="The workflow of the class runs.",
    runbook=(
        "A class has lost its workflow when somebody terminated it or Temporal was restored from a backup. "
        "With no_workflow: reset the workflow in the Temporal UI if it is still listed there; otherwise book the class "
        "again and tell the people in it. With no_session: see in the Temporal UI why its first step has not written "
        "the class, and terminate it if nobody waits for it."
    ),
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=30),
    actions=(Action.OPEN_CLASS,),
)
