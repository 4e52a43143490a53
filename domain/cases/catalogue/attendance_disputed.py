"""A family says that its child was in a class from which it counts as absent."""

from datetime import timedelta

from domain.cases.kinds import Action, AfterCancellation, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.ATTENDANCE_DISPUTED,
    title="Attendance disputed",
    happened="A family says that this student was in a class from which they count as absent.",
    detected="The family presses the button in the mail about the missed class.",
    cause="The class and the student.",
    concerns="The student's family.",
    repair="None: it is the school's decision.",
    closes="Nothing.",
    runbook=(
        "Compare what the family says with the student's connections on the class page, and ask the instructor. Set "
        "the attendance there with a reason, which resolves this; what was measured stays beside it. Tell the family."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(Action.OPEN_CLASS, Action.OPEN_PERSON),
    about=Role.STUDENT,
    after_cancellation=AfterCancellation.STAYS,
)
