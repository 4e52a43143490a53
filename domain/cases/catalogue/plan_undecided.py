"""A proposed plan that nobody has decided, whose time can soon be booked by others."""

from datetime import timedelta

from domain.cases.kinds import CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.PLAN_UNDECIDED,
    title="Plan without a decision",
    happened="A plan is proposed, nobody has decided it, and others can book the time that it holds in three days.",
    detected="Every six hours, the workflow of the plan looks for how long its time is still held.",
    cause="The plan, once for each proposal.",
    concerns="Ops, and whoever made the plan: once its time is given to others, it can't be published whole.",
    repair="None. The time of a plan is held for a week from its proposal.",
    closes="The plan is published or dismissed.",
    runbook=(
        "Open the plan and publish it or dismiss it. The case is assigned to the member of staff who made it. Whoever "
        "needs longer can dismiss it and plan again later: the new proposal holds its time for a week."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=36),
    actions=(),
)
