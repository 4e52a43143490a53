"""The instructor is late to a class."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.INSTRUCTOR_LATE,
    title="Instructor late",
    happened="The class has begun, and its instructor is not in the room yet.",
    detected=(
        "The region's watch compares who teaches the class with who was seen in the room, from the time on that the "
        "rule Instructor late sets, 2 minutes after the start by default."
    ),
    cause="The class and its planned start: a class that is moved is judged again.",
    concerns="The families who wait, and ops.",
    repair="The instructor is told by mail that the class waits.",
    closes="The instructor comes, or counts as absent.",
    runbook="Call the instructor. After a few minutes they count as absent, and a substitution starts.",
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=10),
    actions=(Action.OPEN_CLASS, Action.JOIN_AS_OBSERVER, Action.FIND_SUBSTITUTE),
    about=Role.INSTRUCTOR,
    ends_with_class=True,
)
