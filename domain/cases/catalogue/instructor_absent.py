"""The instructor has not come to a class."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.INSTRUCTOR_ABSENT,
    title="Instructor absent",
    happened="The class has begun and its instructor is not in the room.",
    detected=(
        "The region's watch compares who is expected with who was seen in the room, some minutes after the "
        "start that the class's policy sets. The class's workflow does so at the latest when the class is "
        "over."
    ),
    cause="The class and its planned start: a class that is moved is judged again.",
    concerns="The families who wait, and ops.",
    repair="None yet.",
    closes="The instructor comes.",
    runbook=(
        "Call the instructor. If they cannot come within minutes, find a substitute or cancel the class, and "
        "tell the families in the room what happens now."
    ),
    severity=Severity.CRITICAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=5),
    actions=(Action.FIND_SUBSTITUTE, Action.JOIN_AS_OBSERVER, Action.EXTEND, Action.CANCEL),
    about=Role.INSTRUCTOR,
)
