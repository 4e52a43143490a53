"""An object store that takes nothing from the middle of a class until after its end: nothing is missing."""

import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests.cli.homes import StackUnderTest
from tests.e2e.class_under_test import open_class, wait_for
from tests.e2e.people import talking

pytestmark = [pytest.mark.e2e, pytest.mark.real_time, pytest.mark.timeout(600)]

REFUSES = 25  # seconds; ten after the next piece of audio is finished, somebody is told


@pytest.fixture
def make_read_only(full_stack: StackUnderTest) -> Iterator[Callable[[bool], None]]:
    """Makes the stack's store read-only, or writable again."""
    store = str(full_stack.home.store)
    if subprocess.run(["mount", "--bind", store, store], check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a folder read-only")

    def change(read_only: bool) -> None:
        options = f"remount,{'ro' if read_only else 'rw'},bind"
        subprocess.run(["mount", "-o", options, store], check=True)

    yield change
    subprocess.run(["umount", "--lazy", store], check=True)


def test_class_waits_for_its_store_and_misses_nothing(
    full_stack: StackUnderTest, make_read_only: Callable[[bool], None]
) -> None:
    held = open_class(full_stack, lasts=timedelta(minutes=10), segment_seconds=5)
    try:
        with talking(held):
            wait_for(held.spoken, "the first words", 120)
            make_read_only(True)
            time.sleep(REFUSES)
            held.api.post(f"{held.path}/end")
        wait_for(lambda: {case["kind"] for case in held.get("/exceptions")}, "the case", 30)
        assert {case["kind"] for case in held.get("/exceptions")} == {"recording_at_risk"}
        assert held.state() == "ending", "the class is documented with all its audio"
        make_read_only(False)
        held.wait_for_state("review", seconds=180)
        assert [one["unheard"] for one in held.get("/recordings") if one["unheard"]] == []
        held.approve()
        held.wait_for_state("closed")
        record = held.get()["completeness"]
        assert record["unheard_seconds"] == 0
        assert "recording" in record["have"]
    finally:
        held.api.close()
