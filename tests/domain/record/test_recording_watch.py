"""The watch over recordings: no case about a clean class, and one within 15 s of each way of failing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.record.recording_watch import (
    SILENT_AFTER,
    STEADY_FOR,
    Closed,
    Opened,
    Problem,
    Reason,
    RecorderReport,
    RecordingState,
    RunningClass,
    changes,
    judge,
    problem_of,
)

pytestmark = pytest.mark.unit

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
CLASS_SECONDS = 300
LOOK_SECONDS = BEAT_SECONDS = 2
# How long a recorder needs to notice: see media_bridge/recorder.
STARVED_SECONDS, UNHEARD_SECONDS = 4, 3


def at(second: float) -> datetime:
    return T0 + timedelta(seconds=second)


@dataclass(frozen=True)
class Spell:
    """A time in which something is different, in seconds."""

    start: float
    end: float

    def covers(self, second: float) -> bool:
        return self.start <= second < self.end


@dataclass
class SimulatedClass:
    """A class with its people and its recorder. Times are seconds since it went live."""

    present: list[Spell]
    unmuted: list[Spell]
    dead: list[Spell] = field(default_factory=list)  # no worker reports
    away: list[Spell] = field(default_factory=list)  # the recorder is not in the room; its worker reports
    starved: list[Spell] = field(default_factory=list)
    unheard: list[Spell] = field(default_factory=list)  # of one track
    phase: float = 0.0  # of the reports against the looks
    report: RecorderReport | None = None
    opened: list[tuple[Problem, datetime]] = field(default_factory=list)

    def run(self, seconds: int = CLASS_SECONDS) -> Iterator[tuple[float, Opened | Closed]]:
        """What the watch reports, and when."""
        for tick in range(0, seconds, LOOK_SECONDS):
            self._beat(tick - self.phase)
            for change in changes(self.facts(tick), self.opened, at(tick)):
                if isinstance(change, Opened):
                    self.opened.append((change.problem, change.since))
                else:
                    self.opened.remove((change.problem, change.since))
                yield tick, change

    def facts(self, second: float) -> RunningClass:
        last = self.report.recorded_at if self.report else None
        stayed = [one for one in self.present if at(one.end) > (last or T0) and one.start <= second]
        arrived = min((at(one.start) for one in stayed), default=None)
        return RunningClass(T0, any(one.covers(second) for one in self.present), arrived, self.report)

    def _beat(self, second: float) -> None:
        if any(one.covers(second) for one in self.dead):
            return
        away = any(one.covers(second) for one in self.away)
        speaking = any(one.covers(second) for one in self.unmuted)
        starved = speaking and any(one.start + STARVED_SECONDS <= second < one.end for one in self.starved)
        unheard = sum(one.start + UNHEARD_SECONDS <= second < one.end for one in self.unheard)
        records = not away and not starved
        hears = records and not unheard
        before, now = self.report, at(second)
        goes_on = before is not None and now - before.at < SILENT_AFTER
        self.report = RecorderReport(
            at=now,
            connected=not away,
            receives=not starved,
            unheard_tracks=unheard,
            recorded_at=now if records else (before.recorded_at if before else None),
            recording_since=((before.recording_since if before and goes_on else None) or now)
            if records
            else None,
            heard_at=now if hears else (before.heard_at if before else None),
            hearing_since=((before.hearing_since if before and goes_on else None) or now) if hears else None,
        )


def clean_class(random: Random) -> SimulatedClass:
    """Late comers, people who are muted or silent, reconnects of people and recorders, and restarts of everything."""
    people = [
        Spell(arrival, arrival + random.uniform(20, CLASS_SECONDS))
        for arrival in (random.choice((0, 0, random.uniform(0, 200))) for _ in range(random.randint(1, 5)))
    ]
    unmuted = [
        Spell(start, start + random.uniform(1, 60))
        for start in (random.uniform(0, CLASS_SECONDS) for _ in range(random.randint(0, 12)))
    ]

    def spells(most: int, longest: float) -> list[Spell]:
        starts, spells, free = sorted(random.uniform(5, 280) for _ in range(random.randint(0, most))), [], 0.0
        for start in starts:
            if start >= free:
                spells.append(Spell(start, start + random.uniform(0.2, longest)))
                free = start + longest + 5.0  # it recovers in between
        return spells

    restarts = spells(2, 7.5)  # of the whole machine: worker, recorder and media server
    return SimulatedClass(
        people,
        unmuted,
        dead=restarts,
        away=[] if restarts else spells(3, 7.5),  # the recorder joins again
        starved=[] if restarts else spells(2, 5.0),  # a network that stumbles
        unheard=spells(6, 4.5),  # a subscription that takes its time
        phase=random.uniform(0, BEAT_SECONDS),
    )


def test_300_clean_classes_open_no_case() -> None:
    random = Random(20260302)
    opened = [change for _ in range(300) for _, change in clean_class(random).run()]

    assert opened == []


FAILURES: dict[Reason, Callable[[SimulatedClass, Spell], None]] = {
    Reason.NO_RECORDER: lambda one, spell: one.dead.append(Spell(-10, spell.end)),
    Reason.SILENT: lambda one, spell: one.dead.append(spell),
    Reason.NOT_CONNECTED: lambda one, spell: one.away.append(spell),
    Reason.NO_PACKETS: lambda one, spell: one.starved.append(spell),
    Reason.NOT_SUBSCRIBED: lambda one, spell: one.unheard.append(spell),
}


@pytest.mark.parametrize("reason", Reason)
@given(start=st.floats(20, 100), seconds=st.floats(20, 120), phase=st.floats(0, 1.99))
def test_each_failure_is_found_within_15_s_and_closes_itself(
    reason: Reason, start: float, seconds: float, phase: float
) -> None:
    whole = Spell(0, CLASS_SECONDS)
    school = SimulatedClass([whole], [whole], phase=phase)
    begins = 0.0 if reason == Reason.NO_RECORDER else start
    FAILURES[reason](school, Spell(begins, start + seconds))
    (found_at, opened), (closed_at, closed) = school.run()

    assert isinstance(opened, Opened)
    assert (opened.reason, opened.problem) == (reason, problem_of(reason))
    assert found_at - begins <= 15
    assert isinstance(closed, Closed)
    assert closed.since == opened.since
    # What the closed case says of the length is right, but for what recorders need to notice.
    assert abs((closed.until - at(start + seconds)).total_seconds()) <= BEAT_SECONDS
    assert abs((closed.since - at(begins)).total_seconds()) <= STARVED_SECONDS + BEAT_SECONDS
    assert closed_at - (start + seconds) <= STEADY_FOR.total_seconds() + BEAT_SECONDS + LOOK_SECONDS
    assert school.opened == []


@given(start=st.floats(5, 60), seconds=st.floats(30, 100))
def test_an_empty_room_opens_nothing_and_who_comes_into_it_is_watched_at_once(
    start: float, seconds: float
) -> None:
    comes = start + seconds
    school = SimulatedClass([Spell(0, start), Spell(comes, CLASS_SECONDS)], [])
    school.dead.append(Spell(start + 4, CLASS_SECONDS))
    ((found_at, opened),) = school.run()

    assert isinstance(opened, Opened)
    assert comes <= found_at <= comes + 15


@given(st.lists(st.floats(2, 280), max_size=8), st.integers(0, 2**32))
def test_stretches_of_one_problem_do_not_overlap(starts: list[float], seed: int) -> None:
    random = Random(seed)
    whole = Spell(0, CLASS_SECONDS)
    school = SimulatedClass([whole], [whole], phase=random.uniform(0, 1.99))
    for start in starts:
        random.choice(list(FAILURES.values())[1:])(school, Spell(start, start + random.uniform(1, 60)))
    open_now: set[Problem] = set()
    for second, change in school.run():
        if isinstance(change, Opened):
            assert change.problem not in open_now
            assert T0 <= change.since <= at(second)
            open_now.add(change.problem)
        else:
            assert change.problem in open_now
            assert change.since <= change.until <= at(second)
            open_now.remove(change.problem)


def test_a_recorder_that_is_just_starting_is_no_case() -> None:
    running = RunningClass(T0, True, T0, None)

    assert judge(running, at(5)).state == RecordingState.STARTING
    assert judge(running, at(10)).state == RecordingState.UNRECORDED
