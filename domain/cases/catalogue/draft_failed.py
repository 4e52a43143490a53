"""The documentation of a class could not be drafted."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.DRAFT_FAILED,
    title="No draft",
    happened="The documentation of this class could not be drafted from its transcript.",
    detected=(
        "The class's workflow gives drafting up when its retries are used up; workflows/options.py lists "
        "for how long it is tried."
    ),
    cause="The class, once for each time that it was taught.",
    concerns="The instructor, who has nothing to review, and the families, who get no summary.",
    repair="Where a language model is configured and does not answer, the built-in engine drafts.",
    closes="A draft that is made after all, because audio came late. Else nothing: the class is filed without one.",
    runbook=(
        "Read the code. An unavailable server was down for longer than drafting may wait. Any other code "
        "is a fault of Homeroom or of the class's data: open the workflow in the Temporal UI and read the "
        "failure. Tell the instructor and the families that no summary comes."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=8),
    actions=(Action.OPEN_CLASS,),
    about=Role.INSTRUCTOR,
)
