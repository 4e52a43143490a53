"""The instructor waits alone in a class to which no student has come."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.NOBODY_CAME,
    title="Nobody came",
    happened="The instructor is in the room, and no student has come.",
    detected=(
        "The region's watch sees the instructor in the room and none of the students who are expected, "
        "some minutes after the start that the class's policy sets. A class whose families have all said "
        "that they cannot come has no case. It stands for all students: their own exceptions close, and open "
        "for those who are still missing once somebody has come."
    ),
    cause="The class and its planned start: a class that is moved is judged again.",
    concerns="The instructor, who waits, and all families of the class.",
    repair="Each family gets a mail with the join link.",
    closes="A student comes.",
    runbook=(
        "If all students are missing, look for a common cause first: was the class moved on another "
        "calendar, does the join link work? Then call the families, and tell the instructor how long to "
        "wait."
    ),
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=10),
    actions=(Action.JOIN_AS_OBSERVER, Action.OPEN_CLASS, Action.EXTEND),
    about=Role.INSTRUCTOR,
)
