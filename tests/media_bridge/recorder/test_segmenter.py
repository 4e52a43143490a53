"""The segmenter loses no samples and dates segments correctly, whatever the arrival times of the frames."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_bridge.recorder.segmenter import Frame, Pcm, PcmSegment, Segmenter

pytestmark = pytest.mark.unit

RATE, FRAME = 1000, 100  # samples per second and per frame: a frame is 0.1 s


def frame(number: int) -> Pcm:
    return np.full(FRAME, number, dtype=np.int16)


def cut_all(arrivals: list[float], *, segment_seconds: float = 3.0, start: int = 0) -> list[PcmSegment]:
    segmenter = Segmenter(RATE, segment_seconds)
    cuts = [cut for n, at in enumerate(arrivals) for cut in segmenter.push(Frame(frame(start + n), at))]
    last = segmenter.finish()
    return [*cuts, last] if last else cuts


def steady(frames: int, *, start: float = 100.0) -> list[float]:
    """Arrival times in clock seconds of frames spoken from `start` on, without any delay."""
    return [start + (n + 1) * 0.1 for n in range(frames)]


def test_a_steady_track_is_cut_into_equal_contiguous_segments() -> None:
    cuts = cut_all(steady(75))

    assert [len(cut.pcm) for cut in cuts] == [3000, 3000, 1500]
    assert [cut.started for cut in cuts] == pytest.approx([100.0, 103.0, 106.0])


def test_no_frames_give_no_segments() -> None:
    assert cut_all([]) == []
    assert Segmenter(RATE, 3).open_since is None


@given(st.lists(st.floats(0, 0.25), min_size=1, max_size=90))
def test_delays_lose_no_samples_and_keep_segments_contiguous(delays: list[float]) -> None:
    arrivals = np.maximum.accumulate([at + d for at, d in zip(steady(len(delays)), delays, strict=True)])
    cuts = cut_all([float(at) for at in arrivals])

    heard = np.concatenate([cut.pcm for cut in cuts])
    assert heard.tolist() == np.repeat(np.arange(len(delays)), FRAME).tolist()
    for earlier, later in itertools.pairwise(cuts):
        assert abs(later.started - (earlier.started + len(earlier.pcm) / RATE)) <= 0.25


def test_a_stall_without_loss_does_not_shift_segments() -> None:
    arrivals = steady(60)
    arrivals[20:40] = [arrivals[40]] * 20

    assert [cut.started for cut in cut_all(arrivals)] == pytest.approx([100.0, 103.0])


def test_missing_samples_start_a_new_segment_at_the_right_time() -> None:
    """Five seconds of samples never arrive."""
    cuts = cut_all(steady(20) + steady(20, start=107.0))

    assert [len(cut.pcm) for cut in cuts] == [2000, 2000]
    assert [cut.started for cut in cuts] == pytest.approx([100.0, 107.0])
    assert cuts[1].pcm[0] == 20


def test_samples_dropped_during_a_stall_are_detected() -> None:
    """For two seconds nothing arrives, then everything at once, except one second of samples."""
    arrivals = steady(60)
    arrivals[20:40] = [arrivals[40]] * 20
    kept = [n for n in range(60) if not 25 <= n < 35]
    segmenter = Segmenter(RATE, 10.0)
    cuts = [cut for n in kept for cut in segmenter.push(Frame(frame(n), arrivals[n]))]
    last = segmenter.finish()

    assert last is not None
    assert [cut.started for cut in [*cuts, last]] == pytest.approx([100.0, 103.0], abs=1e-6)
    assert last.pcm[-1] == 59
    assert last.started + len(last.pcm) / RATE == pytest.approx(106.0)


def test_clock_drift_does_not_accumulate() -> None:
    """The sender's second lasts 1.001 of ours; after ten minutes the start is still right within one snap."""
    arrivals = [100.0 + (n + 1) * 0.1001 for n in range(6000)]
    cuts = cut_all(arrivals, segment_seconds=30)

    expected = 100.0 + sum(len(cut.pcm) for cut in cuts[:-1]) / RATE * 1.001
    assert cuts[-1].started == pytest.approx(expected, abs=0.06)


def test_open_since_and_lag_describe_the_unfinished_segment() -> None:
    segmenter = Segmenter(RATE, 3.0)
    for n, at in enumerate(steady(5)):
        list(segmenter.push(Frame(frame(n), at)))

    assert segmenter.open_since == pytest.approx(100.0)
    assert segmenter.lag(100.7) == pytest.approx(0.2)
