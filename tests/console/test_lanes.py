"""Attendance as bars on one axis."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from console.sessions.lanes import Axis
from domain.intervals import Interval
from models.record import AttendanceRow
from models.session import Session

pytestmark = pytest.mark.unit

T0 = datetime(2026, 3, 2, 10, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def attended(*spans: tuple[float, float | None]) -> AttendanceRow:
    connections = [
        {"joined_at": at(start).isoformat(), "left_at": None if end is None else at(end).isoformat()}
        for start, end in spans
    ]
    key = uuid4()
    return AttendanceRow(
        participant_id=key,
        organization_id=key,
        session_id=key,
        seconds=0,
        reconnects=0,
        connections=connections,
    )


def axis(*rows: AttendanceRow, lasts: float = 40, now: float = 20) -> Axis:
    key = uuid4()
    planned = Session(
        id=key,
        organization_id=key,
        region="local",
        course_id=key,
        instructor_id=key,
        title="Mathematics",
        starts_at=at(0),
        ends_at=at(lasts),
        created_at=at(0),
    )
    return Axis.of(planned, rows, at(now))


def test_the_axis_spans_the_plan_and_all_connections() -> None:
    time_axis = axis(attended((-5, 10)), attended((0, 45)))
    assert (time_axis.start, time_axis.end) == (at(-5), at(45))
    assert time_axis.x(at(-5)) == 0
    assert time_axis.x(at(20)) == 50
    assert time_axis.x(at(90)) == 100


def test_an_open_connection_ends_now() -> None:
    row = attended((10, None))
    (bar,) = axis(row).lane(row, [], [], at(20)).connections
    assert (bar.x, bar.width, bar.label) == (25, 25, "10:00–20:00")


def test_gaps_lie_between_connections_that_do_not_overlap() -> None:
    row = attended((0, 10), (9, 12), (14, 20))
    lane = axis(row).lane(row, [], [], at(40))
    assert len(lane.connections) == 3
    assert [gap.label for gap in lane.gaps] == ["12:00–14:00"]
    assert lane.description == "in class 0:00–10:00, 9:00–12:00, 14:00–20:00; away 12:00–14:00"


def test_what_was_not_recorded_stands_in_the_lane_and_in_its_words() -> None:
    row = attended((0, 10))
    lane = axis(row).lane(row, [], [Interval(at(2), at(5))], at(40))
    assert [bar.label for bar in lane.unheard] == ["2:00–5:00"]
    assert lane.description == "in class 0:00–10:00; not recorded 2:00–5:00"


def test_an_absent_person_has_an_empty_lane() -> None:
    row = attended()
    assert axis(row).lane(row, [], [], at(40)).description == "not in class"


def test_short_pauses_do_not_split_a_talk_bar() -> None:
    row = attended((0, 40))
    second = timedelta(seconds=1)
    talk = [
        Interval(at(1), at(1) + second),
        Interval(at(1) + 2 * second, at(1) + 3 * second),
        Interval(at(5), at(6)),
    ]
    assert [bar.label for bar in axis(row).lane(row, talk, [], at(40)).talk] == ["1:00–1:03", "5:00–6:00"]


@pytest.mark.parametrize("lasts", [1, 5, 30, 45, 90, 480, 720])
def test_the_axis_has_a_few_ticks_from_the_planned_start(lasts: float) -> None:
    ticks = axis(lasts=lasts).ticks
    assert 2 <= len(ticks) <= 8
    assert ticks[0].at == at(0)
    assert all(0 <= tick.x <= 100 for tick in ticks)


def test_times_before_the_planned_start_are_negative() -> None:
    row = attended((-2.5, 1))
    assert axis(row).lane(row, [], [], at(5)).connections[0].label == "−2:30–1:00"
