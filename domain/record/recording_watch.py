"""Decides whether a running class is recorded, from its recorder's reports and from who is in the room.

It keeps no state of its own: what it decides follows from the stored facts and the stretches that have an open case, so
that a watch that starts again goes on where the last one was. A stretch is reported when it has lasted for the patience
of its reason, and is over when the recorder has been fine for STEADY_FOR.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SILENT_AFTER = timedelta(seconds=7)  # without a report; recorders report every two seconds
STEADY_FOR = timedelta(seconds=4)  # until a stretch counts as over


class Problem(StrEnum):
    """What can be wrong with a recording. Each problem has stretches of its own."""

    NOTHING_RECORDED = "nothing_recorded"
    TRACK_MISSING = "track_missing"  # one or more tracks are not recorded, others are


class Reason(StrEnum):
    NO_RECORDER = "no_recorder"  # none has ever reported
    SILENT = "silent"  # its reports have stopped: its worker, or the machine, has died or hangs
    NOT_CONNECTED = "not_connected"  # its worker reports that no recorder is in the room
    NO_PACKETS = "no_packets"  # a microphone is open, and no packet of anybody comes
    NOT_SUBSCRIBED = "not_subscribed"  # a track is published and unmuted, and not heard


class RecordingState(StrEnum):
    EMPTY = "empty"  # nobody is in the room
    RECORDING = "recording"
    STARTING = "starting"  # not recorded, for less long than the patience
    UNRECORDED = "unrecorded"


# Recorders notice missing packets after 4 s and a missing track after 3 s: these have waited already. With the two
# seconds between reports and the two between looks, every stretch is reported within 15 s.
PATIENCE: Mapping[Reason, timedelta] = {
    Reason.NO_RECORDER: timedelta(seconds=10),
    Reason.SILENT: timedelta(seconds=10),
    Reason.NOT_CONNECTED: timedelta(seconds=10),
    Reason.NO_PACKETS: timedelta(seconds=6),
    Reason.NOT_SUBSCRIBED: timedelta(seconds=7),
}


@dataclass(frozen=True)
class RecorderReport:
    """The latest report of a class's recorder, with what its reports have shown so far."""

    at: datetime
    connected: bool
    receives: bool  # packets come, if anybody is unmuted
    unheard_tracks: int
    recorded_at: datetime | None  # when it last recorded …
    recording_since: datetime | None  # … and since when without a break; None: not now
    heard_at: datetime | None  # the same for recording everybody who is unmuted
    hearing_since: datetime | None

    @property
    def records(self) -> bool:
        return self.connected and self.receives


@dataclass(frozen=True)
class RunningClass:
    """What is known of a live class."""

    live_since: datetime
    occupied: bool  # somebody is in the room
    arrived_at: datetime | None  # of the first of those who were there since it was last recorded
    report: RecorderReport | None


@dataclass(frozen=True)
class Opened:
    """A stretch has lasted too long."""

    problem: Problem
    since: datetime
    reason: Reason


@dataclass(frozen=True)
class Closed:
    """A stretch is over."""

    problem: Problem
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Judgement:
    state: RecordingState
    reason: Reason | None = None
    since: datetime | None = None


OpenStretches = Collection[tuple[Problem, datetime]]


def judge(running: RunningClass, now: datetime) -> Judgement:
    """Whether the class is recorded now. An empty room has nothing to record."""
    if not running.occupied:
        return Judgement(RecordingState.EMPTY)
    reason = _reason(running.report, now)
    if reason is None:
        return Judgement(RecordingState.RECORDING)
    since = _since(running, reason)
    lasting = now - since >= PATIENCE[reason]
    return Judgement(RecordingState.UNRECORDED if lasting else RecordingState.STARTING, reason, since)


def changes(running: RunningClass, opened: OpenStretches, now: datetime) -> tuple[Opened | Closed, ...]:
    """What to report of the class now; `opened` are the stretches that were reported and are not over."""
    over = [
        Closed(problem, since, until)
        for problem, since in opened
        if (until := _fine_since(running, problem, now)) is not None and now - until >= STEADY_FOR
    ]
    judged = judge(running, now)
    if judged.state == RecordingState.UNRECORDED and judged.reason and judged.since:
        problem = problem_of(judged.reason)
        if problem not in {one for one, _ in opened}:
            return (*over, Opened(problem, judged.since, judged.reason))
    return tuple(over)


def problem_of(reason: Reason) -> Problem:
    return Problem.TRACK_MISSING if reason == Reason.NOT_SUBSCRIBED else Problem.NOTHING_RECORDED


def _reason(report: RecorderReport | None, now: datetime) -> Reason | None:
    """Why the class is not recorded, or not wholly; None: everybody who is unmuted is recorded."""
    if report is None:
        return Reason.NO_RECORDER
    if now - report.at >= SILENT_AFTER:
        return Reason.SILENT
    if not report.connected:
        return Reason.NOT_CONNECTED
    if not report.receives:
        return Reason.NO_PACKETS
    return Reason.NOT_SUBSCRIBED if report.unheard_tracks else None


def _since(running: RunningClass, reason: Reason) -> datetime:
    """When the stretch began: somebody was in the room, and it was not recorded any more."""
    times = [running.live_since, running.arrived_at]
    if report := running.report:
        if reason == Reason.NOT_SUBSCRIBED:
            # While nothing was recorded is no part of a stretch of the track.
            times += [report.heard_at, report.recording_since]
        else:
            times.append(report.recorded_at)
    return max(time for time in times if time is not None)


def _fine_since(running: RunningClass, problem: Problem, now: datetime) -> datetime | None:
    """Since when the problem is over; None while it is not, or while nobody knows."""
    report = running.report
    if report is None or now - report.at >= SILENT_AFTER or not report.records:
        return None
    if problem == Problem.NOTHING_RECORDED:
        return report.recording_since
    return report.hearing_since if not report.unheard_tracks else None
