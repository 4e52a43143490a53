"""An instructor asks for leave."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.LEAVE_REQUESTED,
    title="Leave requested",
    happened="An instructor asks for leave, and nobody has decided yet.",
    detected="The instructor has asked on their own page.",
    cause="The instructor.",
    concerns="The instructor, and the families of the classes in this time.",
    repair="None: a person decides. Once approved, another instructor is sought for each class.",
    closes="The request is approved, declined or withdrawn.",
    runbook=(
        "Open the leave requests: they name the booked classes in this time. Approve it, and another instructor is "
        "sought for each class, or decline it with a reason. The instructor is told by email."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.DECIDE_LEAVE, Action.OPEN_PERSON),
)
