"""The room watch found events that LiveKit's webhooks should have reported."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Outage, Owner, Severity

KIND = CaseKind(
    ExceptionKind.WEBHOOK_GAP,
    title="Room events missed",
    happened="LiveKit has not reported what happened in the room; the watch has seen it instead.",
    detected=(
        "The region's watch has seen somebody in the room for 45 seconds, and no webhook has told that they joined."
    ),
    cause="The class and the latest connection of which no webhook has told.",
    concerns="Ops: times of arrival are known to ten seconds instead of exactly.",
    repair="Attendance is completed from what the watch sees.",
    closes="LiveKit reports what it has missed while the class runs.",
    runbook=(
        "See that LiveKit can reach the address of its webhooks, that the API answers there, and that key and"
        " secret are the same on both sides."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=60),
    actions=(Action.OPEN_CLASS,),
    outage=Outage.MEDIA_SERVER,
)
