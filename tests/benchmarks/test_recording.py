"""What the recording benchmark counts as lost: a moment that was spoken and that no stored sound holds."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import inf

import numpy as np
import pytest

from benchmarks.recording.__main__ import Measured, measured, report
from benchmarks.recording.faults import FAULTS, Group, Observed
from benchmarks.recording.losses import Fault, Loss, heard, loss, worst
from benchmarks.recording.spoken_time import HOP, PERIOD, Pcm, speak, spoken_at
from domain.intervals import Interval

pytestmark = pytest.mark.unit

RATE = 16_000
START = 1_800_000_000.0 + PERIOD - 4  # the pitch starts again within the samples
KINDS = {kind.name: kind for kind in FAULTS}


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(START + seconds, UTC)


def voice(start: float, end: float) -> Pcm:
    return speak(START + start, round((end - start) * RATE), RATE)


def fault(failed: float, over: float | None = None) -> Fault:
    return Fault(at(0), at(failed), at(failed if over is None else over), at(10))


def stored(*spans: tuple[float, float]) -> tuple[Interval, ...]:
    return tuple(Interval(at(start), at(end)) for start, end in spans)


def heard_in(pcm: Pcm, dated: float) -> Sequence[Interval]:
    return heard(spoken for _, spoken in spoken_at(pcm, RATE, START + dated))


@pytest.mark.parametrize("late", [-20.0, 0.0, 0.3, 20.0])
def test_a_voice_tells_when_it_was_spoken_whatever_its_segment_is_dated(late: float) -> None:
    windows = list(spoken_at(voice(0, 10), RATE, START + late))
    assert len(windows) == 10 / HOP - 1
    assert [date - spoken for date, spoken in windows] == pytest.approx([late] * len(windows), abs=0.05)


def test_samples_that_are_missing_within_a_segment_are_lost() -> None:
    first, second = heard_in(np.concatenate([voice(0, 4), voice(7, 10)]), 0)
    assert (first.end - at(4)).total_seconds() == pytest.approx(0, abs=0.06)
    assert (second.start - at(7)).total_seconds() == pytest.approx(0, abs=0.06)


@pytest.mark.parametrize(
    "instead",
    [
        np.zeros(2 * RATE, np.int16),
        np.random.default_rng(1).normal(0, 3000, 2 * RATE).astype(np.int16),
        np.tile(voice(3.98, 4), 100),  # concealment repeats the last pitch
    ],
    ids=["silence", "noise", "concealment"],
)
def test_sound_that_was_made_up_is_lost(instead: Pcm) -> None:
    spans = heard_in(np.concatenate([voice(0, 4), instead, voice(6, 10)]), 0)
    lost = loss(spans, fault(4))
    assert lost.total == pytest.approx(2, abs=0.2)
    assert lost.before == pytest.approx(0, abs=0.1)


def test_a_cut_of_the_jitter_buffer_is_no_loss() -> None:
    assert len(heard_in(np.concatenate([voice(0, 4), voice(4.1, 10)]), 0)) == 1


def test_what_was_spoken_before_the_fault_counts_apart_from_what_came_after() -> None:
    assert loss(stored((0, 4.5), (7, 10)), fault(5)) == Loss(0.5, 2, 2.5)
    assert loss(stored((1, 10)), fault(5)) == Loss(1, 0, 1)
    assert loss((), fault(5)) == Loss(5, inf, 10)


def test_heard_again_begins_with_a_whole_second_after_the_fault() -> None:
    assert loss(stored((0, 5), (6, 6.5), (8, 10)), fault(5)).heard_again == 3
    assert loss(stored((0, 5), (8, 10)), fault(5, over=7)).heard_again == 1


def test_of_several_voices_the_worst_counts() -> None:
    windows = [(START + n * HOP, START + n * HOP) for n in range(1, 200)]
    observed = Observed(fault(5), {"whole": windows, "silent": []})
    one = measured(KINDS["recorder killed"], observed)
    assert one.loss == worst([Loss(0, 0, 0), Loss(5, inf, 10)])
    assert one.late == pytest.approx([0] * len(windows))


def test_the_report_says_which_aim_is_missed_and_what_was_not_measured() -> None:
    killed, away = KINDS["recorder killed"], KINDS["store away for 34 s"]
    full = KINDS["disk full for 34 s"]
    verdicts = [
        str(verdict)
        for verdict in report(
            [Measured(killed, Loss(0.4, inf, 4), [0.1]), Measured(away, Loss(0, 0, 0), [])], [full]
        ).verdicts
    ]
    assert "processes: lost of what was spoken before: 0.4 s (aim <= 1 s)" in verdicts
    assert "processes: heard again after: inf s (aim <= 10 s, missed)" in verdicts
    assert "store and disk: lost in all: 0 s (aim <= 0 s)" in verdicts
    assert "disk full for 34 s: not measured, only root may mount its disk" in verdicts


def test_every_group_of_faults_is_measured() -> None:
    assert {kind.group for kind in FAULTS} == set(Group)
