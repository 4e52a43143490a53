"""The instructor has left a class that goes on."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.INSTRUCTOR_LEFT_EARLY,
    title="Instructor left early",
    happened="The instructor has left the room, and students are still in it.",
    detected=(
        "The region's watch looks every ten seconds for live classes whose instructor was there, has been "
        "out of the room for three minutes, and is missed by students who are in it. The last five minutes "
        "before the planned end do not count."
    ),
    cause="The class and the moment at which the instructor left.",
    concerns="The students, who are alone in the room.",
    repair="None: an instructor who has lost the connection comes back by the same link.",
    closes="The instructor, or somebody who teaches the class now, is in the room; or the class is over.",
    runbook=(
        "Call the instructor. If they do not come back, join the class, tell the students what happens "
        "now, and find a substitute or end the class."
    ),
    severity=Severity.CRITICAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=5),
    actions=(Action.JOIN_AS_OBSERVER, Action.FIND_SUBSTITUTE, Action.OPEN_CLASS, Action.EXTEND),
    about=Role.INSTRUCTOR,
    ends_with_class=True,
)
