"""Supervision of one service, with real processes and a clock that the test sets."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.local.process import Launch, Process
from cli.local.service import Service
from cli.local.unit import Unit
from tests.stack import wait_until

pytestmark = pytest.mark.adapter

Make = Callable[..., Unit]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    units: list[Unit] = []

    def build(script: str, **options: object) -> Unit:
        fields = {"healthy": lambda _: True, "stop": ((signal.SIGTERM, 1.0),), **options}
        launch = Launch(["/bin/sh", "-c", script], {"PATH": os.environ["PATH"]}, tmp_path)
        service = Service("part", lambda: launch, **fields)  # type: ignore[arg-type]
        units.append(Unit(service, tmp_path / "part.log", lambda _: None))
        return units[-1]

    yield build
    for unit in units:
        if unit.process:
            unit.process.kill()


def _process(unit: Unit) -> Process:
    assert unit.process is not None
    return unit.process


def _end(unit: Unit) -> None:
    wait_until(lambda: _process(unit).poll() is not None)


def test_pauses_between_starts_grow(make: Make) -> None:
    unit, now = make("exit 3", healthy=lambda _: False), 1000.0
    unit.start(now)
    for pause in (0.5, 1, 2, 4, 8, 16, 30, 30):
        _end(unit)
        unit.tick(now)
        assert unit.state().status == "restarting"
        assert unit.state().last_exit == "exit 3"
        unit.tick(now + pause - 0.01)
        assert unit.state().status == "restarting"
        now += pause
        unit.tick(now)
        assert unit.state().status == "starting"
    assert unit.failed_starts == unit.state().restarts == 8


def test_after_a_long_run_the_pause_is_short_again(make: Make) -> None:
    unit, now = make("exec sleep 600"), 1000.0
    unit.start(now)
    for _ in range(5):
        unit.tick(now)
        assert unit.state().status == "running"
        _process(unit).kill()
        unit.tick(now)
        assert unit.state().last_exit == "SIGKILL"
        now += 100
        unit.tick(now)
    unit.tick(now)
    unit.tick(now + 61)
    _process(unit).kill()
    unit.tick(now + 62)
    unit.tick(now + 62.6)
    assert unit.state().status == "starting"
    assert unit.failed_starts == 0


def test_a_process_that_stops_responding_is_replaced(make: Make) -> None:
    answers = [True]
    unit, now = make("exec sleep 600", healthy=lambda _: answers[0]), 1000.0
    unit.start(now)
    unit.tick(now)
    silent = _process(unit)
    answers[0] = False
    for seconds in range(0, 60, 5):
        unit.tick(now + seconds)
        assert unit.state().status == "running"
    unit.tick(now + 66)
    assert not silent.alive
    assert unit.state().last_exit == "did not answer for 60 s"


def test_an_unwatched_process_is_not_probed(make: Make) -> None:
    answers = [True]
    unit = make("exec sleep 600", healthy=lambda _: answers[0], watched=False)
    unit.start(1000)
    unit.tick(1000)
    answers[0] = False
    unit.tick(2000)
    assert unit.state().status == "running"


def test_a_process_that_never_becomes_healthy_is_killed(make: Make) -> None:
    unit = make("exec sleep 600", healthy=lambda _: False, start_seconds=20)
    unit.start(1000)
    unit.tick(1019)
    assert unit.state().status == "starting"
    unit.tick(1021)
    assert unit.state().last_exit == "did not serve within 20 s"
    assert not _process(unit).alive


def test_a_failed_set_up_counts_as_a_failed_start(make: Make) -> None:
    def refuse() -> None:
        raise ValueError("no such role")

    unit = make("exec sleep 600", once_healthy=refuse)
    unit.start(1000)
    unit.tick(1000)
    assert (unit.status, unit.failed_starts) == ("restarting", 1)
    assert unit.state().last_exit == "no such role"


def test_a_one_shot_is_done_when_it_exits_with_0(make: Make) -> None:
    unit = make("exit 0", one_shot=True, healthy=lambda _: False)
    unit.start(1000)
    _end(unit)
    unit.tick(1000)
    assert unit.status == "done"
    assert unit.serves


def test_a_missing_program_is_a_failed_start(tmp_path: Path) -> None:
    launch = Launch([str(tmp_path / "nothing")], {}, tmp_path)
    unit = Unit(Service("part", lambda: launch, lambda _: True), tmp_path / "log", lambda _: None)
    unit.start(1000)
    assert unit.state().status == "restarting"
    assert "nothing" in (unit.state().last_exit or "")
