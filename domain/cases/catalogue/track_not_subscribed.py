"""Somebody's microphone is open and is not recorded, while others are."""

from datetime import timedelta

from domain.cases.kinds import Action, CaseKind, ExceptionKind, Outage, Owner, Severity

KIND = CaseKind(
    ExceptionKind.TRACK_NOT_SUBSCRIBED,
    title="Somebody is not recorded",
    happened="The microphone of somebody in the room is open, and the recorder does not hear it.",
    detected=(
        "A recorder reports for some seconds that a track is published and unmuted and that no sound of it comes, "
        "while others are recorded."
    ),
    cause="The class and the moment from which somebody is not recorded.",
    concerns="The person who is not recorded, and the instructor, whose draft misses what they say.",
    repair="The recorder asks for the track again, then joins the room again, then another recorder takes over.",
    closes="The recorder hears everybody for four seconds; the detail then holds the length of the gap.",
    runbook=(
        "Ask the person to mute and unmute, or to reload the page: that publishes the microphone again. If it concerns "
        "many classes at once, LiveKit does not pass tracks on: see its log and its load."
    ),
    severity=Severity.HIGH,
    owner=Owner.OPS,
    due_within=timedelta(minutes=10),
    actions=(Action.JOIN_AS_OBSERVER, Action.OPEN_CLASS),
    outage=Outage.MEDIA_SERVER,
)
