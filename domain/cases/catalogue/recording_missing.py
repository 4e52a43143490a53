"""Somebody is in the room of a running class and nothing is recorded."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Outage, Owner, Severity

KIND = CaseKind(
    ExceptionKind.RECORDING_MISSING,
    title="Class not recorded",
    happened="Somebody is in the room, and nothing of the class is recorded.",
    detected=(
        "The region's watch looks every two seconds for running classes with people in the room of which nothing has "
        "been recorded for ten seconds. The reason is in the detail: no recorder has come, its reports have stopped, "
        "it is not in the room, or no packets come although a microphone is open."
    ),
    cause="The class and the moment from which nothing is recorded.",
    concerns="Everybody in the class: what is said now is lost.",
    repair="A recorder that is silent for five seconds is started again on another worker.",
    closes="A recorder reports for four seconds that it records; the detail then holds the length of the gap.",
    runbook=(
        "If the case stays open for a minute, no capture worker is free: see that the workers of the queue "
        "capture run (`homeroom status`), and start one. If the room can be joined but not recorded, the "
        "recorders cannot reach LiveKit: see its address in their settings. Until then ask the instructor to "
        "take notes."
    ),
    severity=Severity.CRITICAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=2),
    actions=(Action.JOIN_AS_OBSERVER, Action.OPEN_CLASS, Action.EXTEND),
    outage=Outage.RECORDERS,
)
