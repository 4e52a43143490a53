"""The media server forgot the room of a running class."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Outage, Owner, Severity

KIND = CaseKind(
    ExceptionKind.ROOM_LOST,
    title="Room lost",
    happened="LiveKit has lost the room of this class while it runs.",
    detected="The region's watch compares LiveKit's rooms with the running classes every ten seconds.",
    cause="The class and the room that was lost.",
    concerns="Everybody in the class: their pages connect again.",
    repair="The room is made again at once, and a recorder joins it.",
    closes="Nothing: a person looks whether everybody is back.",
    runbook=(
        "Look at the class's page: people are back within half a minute. Several lost rooms at one time are a"
        " LiveKit server that has restarted: see that it runs."
    ),
    severity=Severity.CRITICAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=2),
    actions=(Action.JOIN_AS_OBSERVER, Action.OPEN_CLASS, Action.EXTEND),
    outage=Outage.MEDIA_SERVER,
)
