"""Classes of a series that could not be booked or changed."""

from datetime import timedelta

from domain.cases.kinds import CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.OCCURRENCE_NOT_BOOKED,
    title="Classes of a series not booked",
    happened="Classes of a series could not be booked or changed.",
    detected="The workflow of the series books its classes some weeks ahead, and some were refused.",
    cause="The series: it has one exception, which counts and names its classes.",
    concerns="Ops: families expect classes at these times.",
    repair="The other classes are booked; these are tried again once a day until they would start.",
    closes="Each of the classes is booked, cancelled, moved or over.",
    runbook=(
        "Open the series: it says what is in the way of each class. Move the other class, choose another time or"
        " instructor, or cancel it and tell the family. A class without instructor needs a plan of the"
        " term, or an instructor for the series."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(),
)
