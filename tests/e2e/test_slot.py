"""A class keeps its room for its slot: early visitors, a move and a cancellation with people in the room."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from cli.api_client import ApiError
from cli.demo_class.school import NAMES
from cli.demo_class.script import Speaker
from media_bridge.rooms import LiveKitRooms
from tests.cli.homes import StackUnderTest
from tests.e2e.class_under_test import ClassUnderTest, open_class, wait_for
from tests.e2e.conftest import Browser
from tests.e2e.people import credentials, talking

pytestmark = [pytest.mark.e2e, pytest.mark.real_time, pytest.mark.timeout(600)]

LOOKS = 10  # seconds, more than between two looks of the room watch
INSTRUCTOR = NAMES[Speaker.INSTRUCTOR]
STUDENT = NAMES[Speaker.FIRST_STUDENT]


@pytest.fixture(scope="module")
def moved(full_stack: StackUnderTest) -> Iterator[ClassUnderTest]:
    """The room opens long before the class, and may be empty for three seconds."""
    opened = open_class(
        full_stack,
        starts_in=timedelta(seconds=50),
        room_before="PT35S",
        reminders_before=["PT40S"],
        empty_room_for="PT3S",
        empty_room_ends_after=None,
    )
    yield opened
    opened.api.close()


def test_early_visit_does_not_end_the_class(moved: ClassUnderTest) -> None:
    with talking(moved, (Speaker.INSTRUCTOR,)):
        wait_for(lambda: moved.attendance_of(INSTRUCTOR)["connections"], "the early visit")
    time.sleep(LOOKS)
    assert moved.state() == "open"
    assert moved.steps()["end"] == "planned"
    assert len(moved.mails("reminder")) == 3, "of the first time"


def test_moved_class_forgets_the_early_visit_and_reminds_again(moved: ClassUnderTest) -> None:
    starts_at = datetime.now(UTC) + timedelta(seconds=55)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(minutes=5)).isoformat()}
    moved.api.post(f"{moved.path}/reschedule", times)
    moved.wait_for_state("scheduled", seconds=10)
    assert moved.attendance_of(INSTRUCTOR)["connections"] == []
    moved.wait_for_state("open", seconds=40)
    wait_for(lambda: len(moved.mails("reminder")) == 6, "the reminders of the new time", 30)
    assert moved.state() == "open", "nobody has come since the move"


def test_class_is_live_from_its_new_start_on(moved: ClassUnderTest) -> None:
    with talking(moved):
        wait_for(moved.spoken, "the first words", 120)
        assert moved.state() == "live"
        moved.api.post(f"{moved.path}/end")
    moved.wait_for_state("review", seconds=120)
    booked = moved.get()
    connections = moved.attendance_of(INSTRUCTOR)["connections"]
    assert len(connections) == 1
    live = next(entry for entry in moved.get("/timeline") if entry["step"] == "live")
    assert live["started_at"] >= booked["starts_at"]


def test_class_that_was_ended_by_mistake_goes_on(moved: ClassUnderTest, browse: Browser) -> None:
    words = len(moved.spoken())
    page = browse()
    page.goto(moved.booked.links[STUDENT])
    page.get_by_role("heading", name="The class has ended").wait_for()
    ends_at = datetime.now(UTC) + timedelta(minutes=5)
    moved.api.post(f"{moved.path}/reopen", {"ends_at": ends_at.isoformat()})
    moved.wait_for_state("live", seconds=20)
    page.get_by_role("button", name="Join the class").wait_for()  # without a reload
    with talking(moved, first=6):
        wait_for(lambda: len(moved.spoken()) > words, "words after the class was reopened", 120)
        moved.api.post(f"{moved.path}/end")
    moved.wait_for_state("review", seconds=120)
    assert moved.get("/documentation")["revision"] == 2
    assert len(moved.attendance_of(INSTRUCTOR)["connections"]) == 2
    moved.approve()
    moved.wait_for_state("closed")
    assert moved.get()["completeness"]["unheard_seconds"] < 1


def test_cancelled_class_lets_nobody_into_its_room(full_stack: StackUnderTest) -> None:
    held = open_class(full_stack)
    try:
        with talking(held, (Speaker.FIRST_STUDENT,)):
            wait_for(lambda: held.attendance_of(STUDENT)["connections"], "the student")
            held.api.post(f"{held.path}/cancel", {"reason": "illness"})
            held.wait_for_state("cancelled", seconds=20)
            with pytest.raises(ApiError):
                credentials(held, STUDENT)
            wait_for(lambda: not has_room(held), "the end of the room", 20)
            end = time.monotonic() + LOOKS
            while time.monotonic() < end:
                assert not has_room(held), "made again after the class was cancelled"
                time.sleep(0.5)
        wait_for(lambda: len(held.mails("cancelled")) == 3, "the mails to two families and the instructor")
        assert held.steps()["live"] == "cancelled"
    finally:
        held.api.close()


def has_room(held: ClassUnderTest) -> bool:
    async def listed() -> bool:
        rooms = LiveKitRooms(
            held.setting("HOMEROOM_LIVEKIT_URL"),
            held.setting("HOMEROOM_LIVEKIT_API_KEY"),
            held.setting("HOMEROOM_LIVEKIT_API_SECRET"),
        )
        try:
            session_id = UUID(held.booked.session_id)
            return any(room.session_id == session_id for room in await rooms.list_rooms())
        finally:
            await rooms.aclose()

    return asyncio.run(listed())
