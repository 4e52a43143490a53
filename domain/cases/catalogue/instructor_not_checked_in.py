"""Shortly before a class, its instructor has neither confirmed to be there nor come."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.INSTRUCTOR_NOT_CHECKED_IN,
    title="Instructor not checked in",
    happened="The class starts soon, and its instructor has neither confirmed to be there nor come.",
    detected=(
        "The region's watch looks from the time on that the rule Check-in sets, 10 minutes before the start by default."
    ),
    cause="The class and its planned start: a class that is moved is judged again.",
    concerns="Ops.",
    repair="The instructor is asked by mail, with a button to confirm.",
    closes="The instructor checks in or comes, or is late.",
    runbook=(
        "Nothing yet, if the instructor usually comes in time. Otherwise call them; if they confirm, say so with "
        "the button on the class page."
    ),
    severity=Severity.LOW,
    owner=Owner.OPS,
    due_within=timedelta(hours=48),
    actions=(Action.OPEN_CLASS, Action.FIND_SUBSTITUTE),
    about=Role.INSTRUCTOR,
    ends_with_class=True,
)
