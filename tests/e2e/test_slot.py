"""A class keeps its room for its slot, and loses it at once when it is moved or cancelled: people in real rooms."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from cli.api_client import ApiError
from cli.demo_class.school import NAMES
from cli.demo_class.script import Speaker
from tests.cli.homes import StackUnderTest
from tests.e2e.class_under_test import ClassUnderTest, open_class, wait_for
from tests.e2e.people import credentials, talking

pytestmark = [pytest.mark.e2e, pytest.mark.real_time]

INSTRUCTOR = NAMES[Speaker.INSTRUCTOR]
TWO_LOOKS = 22.0  # seconds: the room watch looks every ten


@pytest.fixture
def held(full_stack: StackUnderTest) -> Iterator[ClassUnderTest]:
    """Its room opens with the booking, 18 s before the planned start."""
    opened = open_class(full_stack, lasts=timedelta(minutes=10), room_before="PT30S")
    yield opened
    opened.api.close()


def test_early_look_in_neither_ends_the_class_nor_makes_it_live(held: ClassUnderTest) -> None:
    with talking(held, (Speaker.INSTRUCTOR,)):
        wait_for(lambda: held.attendance_of(INSTRUCTOR)["connections"], "the instructor in the room")
        assert held.state() == "open"
    wait_for(lambda: held.attendance_of(INSTRUCTOR)["last_left_at"], "her leave")
    left = datetime.fromisoformat(held.attendance_of(INSTRUCTOR)["last_left_at"])
    starts_at = datetime.fromisoformat(held.get()["starts_at"])
    assert left < starts_at, "too slow a machine for this test"
    time.sleep(max(0.0, starts_at.timestamp() - time.time()) + 6)  # empty_room_for is four seconds
    # Live where LiveKit still listed her at the start: her client was killed, not closed.
    assert held.state() in ("open", "live")
    with talking(held, (Speaker.INSTRUCTOR,)):
        held.wait_for_state("live")
    assert datetime.fromisoformat(held.get()["live_at"]) >= starts_at


def test_cancelled_class_with_people_in_its_room_never_gets_it_back(held: ClassUnderTest) -> None:
    with talking(held):
        wait_for(lambda: held.attendance_of(INSTRUCTOR)["connections"], "the instructor in the room")
        held.api.post(f"{held.path}/cancel", {"reason": "storm"})
        wait_for(lambda: held.state() == "cancelled", "the cancelled class", seconds=20)
        end = time.monotonic() + TWO_LOOKS
        while time.monotonic() < end:
            with pytest.raises(ApiError):
                credentials(held, INSTRUCTOR)
            assert held.state() == "cancelled"
            time.sleep(0.5)
    made_again = held.rows("select 1 from session_event where session_id = %s and kind = 'room.remade'")
    assert not made_again


def test_people_in_the_room_before_a_move_are_no_evidence_for_the_new_time(held: ClassUnderTest) -> None:
    with talking(held):
        wait_for(lambda: held.attendance_of(INSTRUCTOR)["connections"], "the instructor in the room")
        starts_at = datetime.fromisoformat(held.get()["starts_at"]) + timedelta(seconds=30)
        later = {
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(minutes=5)).isoformat(),
        }
        held.api.post(f"{held.path}/reschedule", later)
        wait_for(lambda: not held.attendance_of(INSTRUCTOR)["connections"], "no attendance of the new time")
    wait_for(lambda: time.time() > starts_at.timestamp() + 3, "the new start")
    assert held.state() == "open"
    assert held.steps()["end"] == "planned"
    assert not held.attendance_of(INSTRUCTOR)["connections"]
    with talking(held, (Speaker.INSTRUCTOR,)):
        held.wait_for_state("live")
    assert datetime.fromisoformat(held.attendance_of(INSTRUCTOR)["first_joined_at"]) > starts_at
