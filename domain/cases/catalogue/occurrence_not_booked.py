"""A class of a series that could not be booked or changed."""

from datetime import timedelta

from domain.cases.kinds import CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.OCCURRENCE_NOT_BOOKED,
    title="Class of a series not booked",
    happened="A class of a series could not be booked or changed.",
    detected="The workflow of the series books its classes some weeks ahead, and one was refused.",
    cause="The series and the time of the class.",
    concerns="Ops: the family expects a class at that time.",
    repair="The other classes are booked; this one is tried again once a day until it would start.",
    closes="The class is booked, cancelled or moved, or the series ends before it.",
    runbook=(
        "Open the series: it says what is in the way of this class. Move the other class, choose another time or"
        " instructor for this one, or cancel it and tell the family. A class without instructor needs a plan of the"
        " term, or an instructor for the series."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(),
)
