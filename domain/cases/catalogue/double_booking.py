"""Somebody is in two classes at the same time."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.DOUBLE_BOOKING,
    title="Booked twice at one time",
    happened="This person is in two classes whose times overlap.",
    detected=(
        "Housekeeping compares the people and times of all classes of the next 60 days. Booking, moving "
        "and substituting refuse an overlap; this finds one that came about in another way, such as a "
        "restored backup or a change in the database."
    ),
    cause="The person and the two classes, as about the one that was booked last.",
    concerns="The person, who can be in one class only.",
    repair="None: only the school knows which class is meant.",
    closes="The classes do not overlap any more.",
    runbook=(
        "Open both classes, and move or cancel one of them, or take the person out of it. Ask the person "
        "or their family first."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=8),
    actions=(Action.OPEN_CLASS, Action.OPEN_PERSON),
    about=Role.STUDENT,
)
