"""A student has not come to a class."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.STUDENT_ABSENT,
    title="Student absent",
    happened="The class has begun and this student is not in the room.",
    detected=(
        "The region's watch compares who is expected with who was seen in the room, some minutes after the "
        "start that the class's policy sets. A student whose family has said that they cannot come is not "
        "expected. While none of the students has come, one exception stands for all: Nobody came, or that "
        "of the instructor who has not come either."
    ),
    cause="The class, its planned start and the student.",
    concerns="The student's family.",
    repair="None: only the family knows why.",
    closes="The student comes, however late; or the exception of the whole class takes over.",
    runbook=(
        "Ask the guardian, whose address is beside. If the family could not join, send the join link again from "
        "the page of the class."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=60),
    actions=(Action.OPEN_PERSON, Action.OPEN_CLASS),
    about=Role.STUDENT,
)
