"""Benchmarks compare like with like, and the page has a place for what each of them finds."""

from collections import Counter

import pytest

from benchmarks.__main__ import BENCHMARKS, PAGE, with_report
from benchmarks.lifecycle.plan import MESSAGES, WORK, Kind, plan_of
from benchmarks.report import Report, Verdict, at_least, at_most
from tests.workflows.saved_histories import read_history, saved_histories

pytestmark = pytest.mark.unit

REPORT = Report("benchmarks.some", ["", "per second"], [["this", "7"]], [Verdict("other", "8")])


@pytest.mark.parametrize("name", saved_histories())
def test_a_plan_has_what_its_history_has(name: str) -> None:
    history = read_history(name)
    found = Counter(event.WhichOneof("attributes") for event in history.events)
    plan = Counter(turn.kind for turn in plan_of(history.events))
    assert plan[Kind.ACTIVITY] == found["activity_task_scheduled_event_attributes"]
    markers = [event.marker_recorded_event_attributes.marker_name for event in history.events]
    assert plan[Kind.LOCAL] == markers.count("core_local_activity"), "patches leave markers too"
    assert plan[Kind.TIMER] == found["timer_fired_event_attributes"]
    assert plan[Kind.TIMER] + plan[Kind.ALARM] == found["timer_started_event_attributes"]
    assert plan[Kind.SIGNAL] == found["workflow_execution_signaled_event_attributes"]
    assert plan[Kind.UPDATE] == found["workflow_execution_update_accepted_event_attributes"]


def test_messages_are_sent_when_the_work_before_them_is_done() -> None:
    plan = plan_of(read_history("2026-11-26/held").events)
    first, *later = [position for position, turn in enumerate(plan) if turn.kind in MESSAGES]
    for before, message in zip([first, *later], later, strict=False):
        work = [turn for turn in plan[before:message] if turn.kind in WORK]
        assert [turn.cue for turn in work] == [False] * (len(work) - 1) + [True] * bool(work)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_page_shows_what_a_benchmark_found(name: str) -> None:
    page = with_report(PAGE.read_text(), name, REPORT)
    assert REPORT.markdown() in page
    assert with_report(page, name, REPORT) == page


def test_a_missed_aim_says_so() -> None:
    assert str(at_least("ratio", 0.814, 0.8)) == "ratio: 0.81 (aim >= 0.8)"
    assert str(at_most("events", 151, 150)) == "events: 151 (aim <= 150, missed)"
