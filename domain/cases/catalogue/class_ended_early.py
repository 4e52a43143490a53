"""A class ended well before its planned end."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.CLASS_ENDED_EARLY,
    title="Class ended early",
    happened="The class was ended well before its planned end.",
    detected=(
        "The region's watch looks for classes that were taught and ended at least five minutes, and a "
        "tenth of their length, before the planned end."
    ),
    cause="The class and the moment at which it ended.",
    concerns="The families, who have booked the whole class.",
    repair="None: until its documentation is approved, the class can be reopened.",
    closes="The class is reopened.",
    runbook=(
        "Ask the instructor why. If it was a mistake and people are still there, reopen the class from its "
        "page; otherwise decide whether the missing time is owed to the families."
    ),
    severity=Severity.LOW,
    owner=Owner.OPS,
    due_within=timedelta(hours=48),
    actions=(Action.REOPEN, Action.BOOK_AGAIN, Action.OPEN_CLASS),
    about=Role.INSTRUCTOR,
)
