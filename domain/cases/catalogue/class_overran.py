"""A class runs on while the next class of its people has begun."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.CLASS_OVERRAN,
    title="Class runs into the next one",
    happened="The class is past its planned end, and somebody in it is missed in their next class.",
    detected=(
        "The region's watch looks every ten seconds for people in the room of a class that is past its "
        "planned end whose next class has begun."
    ),
    cause="The class and the next class.",
    concerns="The people of the next class, who wait.",
    repair="The room closes by itself some minutes after the planned end, as the policy says.",
    closes="The people have left, or the class is over.",
    runbook=(
        "Join the class and ask the people named in the detail to change over, or end the class. Tell the "
        "next class that they come."
    ),
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=10),
    actions=(Action.JOIN_AS_OBSERVER, Action.OPEN_CLASS),
    ends_with_class=True,
)
