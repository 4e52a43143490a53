"""The instructor has not reviewed a draft in time."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.DOCUMENTATION_OVERDUE,
    title="Review overdue",
    happened="The instructor has not reviewed the draft of this class in time.",
    detected="The class's workflow waits for the approval, for as long as the class's policy says.",
    cause="The class.",
    concerns="The instructor, and the families who wait for the summary.",
    repair="The instructor was asked by mail when the draft was ready.",
    closes="Nothing: a class that nobody reviews is filed without approval.",
    runbook="Ask the instructor to review the draft. An admin may approve it in their place.",
    severity=Severity.NORMAL,
    owner=Owner.INSTRUCTOR,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_REVIEW, Action.OPEN_CLASS),
    about=Role.INSTRUCTOR,
)
