"""The plan of a bare workflow: the turns that a session took, read from its history."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from temporalio.api.common.v1 import Payloads
from temporalio.api.history.v1 import HistoryEvent, MarkerRecordedEventAttributes


class Kind(StrEnum):
    ACTIVITY = "activity"
    LOCAL = "local"  # an activity within the workflow task
    TIMER = "timer"  # a timer that fires
    ALARM = "alarm"  # a timer that is cancelled before it fires
    SILENCE = "silence"  # the cancellation of an alarm
    SIGNAL = "signal"
    UPDATE = "update"


WORK = (Kind.ACTIVITY, Kind.LOCAL)
MESSAGES = (Kind.SIGNAL, Kind.UPDATE)


@dataclass(frozen=True)
class Turn:
    kind: Kind
    sent: int = 0  # bytes of payload, where the history keeps it
    returned: int = 0
    seconds: float = 0.0  # of a timer
    cue: bool = False  # when this work completes, the next message is sent


def plan_of(history: Iterable[HistoryEvent]) -> list[Turn]:
    """The turns in their order in the history."""
    events = list(history)
    return _with_cues(_turns(events, _results(events), _fired(events)))


def _turns(events: list[HistoryEvent], results: dict[int, int], fired: set[str]) -> Iterator[Turn]:
    for event in events:
        match event.WhichOneof("attributes"):
            case "activity_task_scheduled_event_attributes":
                scheduled = event.activity_task_scheduled_event_attributes
                yield Turn(Kind.ACTIVITY, _size(scheduled.input), results.get(event.event_id, 0))
            case "marker_recorded_event_attributes":
                yield from _local(event.marker_recorded_event_attributes)
            case "timer_started_event_attributes":
                timer = event.timer_started_event_attributes
                kind = Kind.TIMER if timer.timer_id in fired else Kind.ALARM
                yield Turn(kind, seconds=timer.start_to_fire_timeout.ToTimedelta().total_seconds())
            case "timer_canceled_event_attributes":
                yield Turn(Kind.SILENCE)
            case "workflow_execution_signaled_event_attributes":
                yield Turn(Kind.SIGNAL, _size(event.workflow_execution_signaled_event_attributes.input))
            case "workflow_execution_update_accepted_event_attributes":
                accepted = event.workflow_execution_update_accepted_event_attributes
                yield Turn(Kind.UPDATE, _size(accepted.accepted_request.input.args))


def _local(marker: MarkerRecordedEventAttributes) -> Iterator[Turn]:
    if marker.marker_name == "core_local_activity":
        yield Turn(Kind.LOCAL, returned=_size(marker.details["result"]))


def _results(events: list[HistoryEvent]) -> dict[int, int]:
    """The size of each activity's result, by the id of the event that scheduled it."""
    done = [e.activity_task_completed_event_attributes for e in events if _completes_activity(e)]
    return {completed.scheduled_event_id: _size(completed.result) for completed in done}


def _completes_activity(event: HistoryEvent) -> bool:
    return event.HasField("activity_task_completed_event_attributes")


def _fired(events: list[HistoryEvent]) -> set[str]:
    return {
        e.timer_fired_event_attributes.timer_id for e in events if e.HasField("timer_fired_event_attributes")
    }


def _size(payloads: Payloads) -> int:
    return sum(len(payload.data) for payload in payloads.payloads)


def _with_cues(turns: Iterable[Turn]) -> list[Turn]:
    """Mark the last work before each message."""
    marked: list[Turn] = []
    message_follows = False
    for turn in reversed(list(turns)):
        cue = message_follows and turn.kind in WORK
        message_follows = (message_follows and not cue) or turn.kind in MESSAGES
        marked.append(replace(turn, cue=cue))
    return marked[::-1]
