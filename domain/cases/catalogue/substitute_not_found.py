"""Nobody has taken over a class without its instructor."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.SUBSTITUTE_NOT_FOUND,
    title="No substitute found",
    happened="Everybody who could teach this class was asked, and nobody has taken it.",
    detected="A search for another instructor ends when no offer is open and nobody is left to ask.",
    cause="The class.",
    concerns="The families of the class, who are told of the delay once it should have begun.",
    repair=(
        "Offers go to all who may teach the class by their qualifications, hours and other classes: one after the "
        "other, shorter as the start nears, and all at once when the class is late."
    ),
    closes="Nothing.",
    runbook=(
        "The ideas of the case say what is left. Swap: a colleague is free if somebody else takes the class that they "
        "have at that time; call both, then find a substitute for that class first. Call: somebody was asked and has "
        "not answered. Override: somebody could teach the class if the named rule is set aside; ask for them by name. "
        "If none helps, cancel the class and book another time."
    ),
    severity=Severity.CRITICAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=5),
    actions=(Action.FIND_SUBSTITUTE, Action.OPEN_CLASS, Action.CANCEL),
)
