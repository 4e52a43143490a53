"""Nobody has volunteered for a class that is open to volunteers."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.VOLUNTEER_NOT_FOUND,
    title="No volunteer found",
    happened="A class is open to volunteers, and nobody has taken it.",
    detected=(
        "Every five minutes, calls for volunteers are read. One is running out two hours before its class, or once half"
        " of its time is over, and has ended when the room of the class opens."
    ),
    cause="The class, once for each call.",
    concerns="Whoever opened the class to volunteers, or else ops; the families of the class.",
    repair="The class keeps its instructor, and stays open to volunteers until its room opens.",
    closes="Somebody else teaches the class, or it is cancelled or over.",
    runbook=(
        "Ask the instructor of the class whether they teach it after all. If not, find a substitute now: they are asked"
        " one after the other with a time to answer, which a call for volunteers has not. Otherwise move or cancel the"
        " class while the families can still be told."
    ),
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=30),
    actions=(Action.FIND_SUBSTITUTE, Action.OPEN_CLASS, Action.CANCEL),
    ends_with_class=True,
)
