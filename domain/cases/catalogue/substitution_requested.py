"""Somebody has asked for a substitute."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.SUBSTITUTION_REQUESTED,
    title="Substitution requested",
    happened="A substitute is wanted for this class.",
    detected="An admin, ops or an integrator asks for one by page, API, command line or the Temporal UI.",
    cause="The class and the instructor who is wanted; the best match where none is named.",
    concerns="The families of the class.",
    repair="None.",
    closes="Nothing.",
    runbook="Ask the instructors who are qualified and free, beginning with those who know the students.",
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=15),
    actions=(Action.FIND_SUBSTITUTE, Action.OPEN_CLASS, Action.CANCEL),
)
