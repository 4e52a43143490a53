"""Somebody's connection has been poor for minutes."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Owner, Severity
from domain.people.roles import Role

KIND = CaseKind(
    ExceptionKind.POOR_CONNECTION,
    title="Poor connection",
    happened="This person's connection to the class has been poor for minutes.",
    detected=(
        "The region's watch looks every ten seconds at the people whose latest reported quality is poor or "
        "lost, and at their reports by the minute: poor without a break for two minutes. The direction "
        "follows from how their sound arrives at the recorder: to_class if it has gaps, from_class if it "
        "is whole, unknown if they are muted."
    ),
    cause="The class, the person and the moment from which the connection is poor.",
    concerns="The person, and whoever listens to them.",
    repair="The room page drops video so that sound stays clear.",
    closes="The connection is good for a report, or the person leaves; the note says how long it was poor.",
    runbook=(
        "Ask the person to sit closer to the router, to close other programs, or to switch to another "
        "network; the camera can stay off. If many people of many classes are concerned, look at LiveKit's "
        "load and network."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(minutes=60),
    actions=(Action.JOIN_AS_OBSERVER, Action.OPEN_PERSON, Action.OPEN_CLASS),
    about=Role.STUDENT,
    ends_with_class=True,
)
