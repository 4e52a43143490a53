"""The instructor has not come to a class."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.INSTRUCTOR_ABSENT,
    title="Instructor absent",
    happened="The class has begun and its instructor is not in the room.",
    detected=(
        "The region's watch compares who teaches the class with who was seen in the room, from the time on that "
        "the rule Instructor absent sets, 5 minutes after the start by default. The class's workflow looks at "
        "that time too, if it has heard of no instructor."
    ),
    cause="The class and its planned start: a class that is moved is judged again.",
    concerns="The families who wait, and ops.",
    repair="A substitution starts at once: colleagues who can teach the class are asked by mail.",
    closes="The instructor comes.",
    runbook=(
        "Call the instructor, and look on the class's page who is asked to take over. If nobody accepts within "
        "minutes, cancel the class, and tell the families in the room what happens now."
    ),
    severity=Severity.CRITICAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=5),
    actions=(Action.FIND_SUBSTITUTE, Action.JOIN_AS_OBSERVER, Action.EXTEND, Action.CANCEL),
    about=Role.INSTRUCTOR,
)
