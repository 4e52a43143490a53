"""The class goes on when parts of the stack, and then all of it, are killed."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from cli.demo_class.school import NAMES
from cli.demo_class.script import Speaker
from cli.local.state import supervisor_lives
from tests.cli.homes import StackUnderTest, is_running
from tests.e2e.people import talking
from tests.e2e.school import School, open_class, wait_for

pytestmark = pytest.mark.e2e

BACK_WITHIN = timedelta(seconds=15)


@pytest.fixture(scope="module")
def troubled(full_stack: StackUnderTest) -> Iterator[School]:
    school = open_class(full_stack, lasts=timedelta(minutes=10), empty_room_for="PT3M", segment_seconds=5)
    yield school
    school.api.close()


def test_killed_capture_worker_loses_at_most_one_segment(troubled: School) -> None:
    with talking(troubled):
        wait_for(troubled.spoken, "the first words", 120)
        killed_at = kill(troubled.stack, "worker-capture")
        back_at = wait_for(lambda: running_since(troubled.stack, "worker-capture", killed_at), "the worker")
        gap = wait_for(lambda: gaps(troubled), "the gap on record", 90)[-1]
        words = len(troubled.spoken())
        wait_for(lambda: len(troubled.spoken()) > words, "words after the gap", 120)
    assert gap[0] < killed_at < gap[1]
    assert killed_at - stored_until(troubled, killed_at) < timedelta(seconds=5 + 1), "one segment is lost"
    assert gap[1] - back_at < BACK_WITHIN


def test_recording_continues_after_livekit_was_killed(troubled: School) -> None:
    gaps_before = len(gaps(troubled))
    killed_at = kill(troubled.stack, "livekit")
    back_at = wait_for(lambda: running_since(troubled.stack, "livekit", killed_at), "the server")
    gap = wait_for(lambda: gaps(troubled)[gaps_before:], "the gap on record", 90)[-1]
    assert gap[1] - back_at < BACK_WITHIN
    with talking(troubled, (Speaker.INSTRUCTOR,), first=6):
        words = len(troubled.spoken())
        wait_for(lambda: len(troubled.spoken()) > words, "words in the room that was made again", 120)


def test_class_continues_after_the_whole_stack_was_killed(troubled: School) -> None:
    stack, gaps_before = troubled.stack, len(gaps(troubled))
    state = stack.state()
    os.kill(state.supervisor_pid, signal.SIGKILL)
    pids = [service.pid for service in state.services if service.pid]
    wait_for(lambda: not any(is_running(pid) for pid in pids), "the end of all parts")
    assert not supervisor_lives(stack.home)

    done = stack.run("up")
    assert done.returncode == 0, done.stdout + done.stderr
    assert troubled.state() == "live"
    wait_for(lambda: gaps(troubled)[gaps_before:], "the gap on record", 90)
    with talking(troubled, first=11):
        words = len(troubled.spoken())
        wait_for(lambda: len(troubled.spoken()) > words, "words after the restart", 180)
        troubled.api.post(f"{troubled.path}/end")
    troubled.wait_for_state("review", seconds=180)
    troubled.approve()
    troubled.wait_for_state("closed")


def test_record_shows_the_interruptions(troubled: School) -> None:
    attended = {row["participant_id"]: row for row in troubled.get("/attendance")}
    links = {link["name"]: link["participant_id"] for link in troubled.get("/join-links")}
    instructor = attended[links[NAMES[Speaker.INSTRUCTOR]]]
    assert len(instructor["connections"]) == 3, "before the kills, after LiveKit's, after the stack's"
    assert all(connection["left_at"] for connection in instructor["connections"])
    assert {case["kind"] for case in troubled.get("/exceptions")} <= {"recording_gap"}
    assert "summary" in troubled.get()["completeness"]["have"]
    assert troubled.steps()["next_briefing"] == "done"


def kill(stack: StackUnderTest, service: str) -> datetime:
    """Kill a service with SIGKILL. Returns a time at which it was still running."""
    state = stack.state().service(service)
    assert state.pid is not None
    now = datetime.now(UTC)
    os.kill(state.pid, signal.SIGKILL)
    return now


def running_since(stack: StackUnderTest, service: str, killed_at: datetime) -> datetime | None:
    state = stack.state().service(service)
    return state.since if state.status == "running" and state.since and state.since > killed_at else None


def stored_until(school: School, before: datetime) -> datetime:
    """The end of the last segment that was stored before a time."""
    query = """select max(started_at + samples / sample_rate * interval '1 second') from audio_segment
               where session_id = %s and started_at < %s"""
    with psycopg.connect(school.setting("HOMEROOM_OWNER_DATABASE_URL")) as connection:
        row = connection.execute(query, [school.booked.session_id, before]).fetchone()
    assert row is not None
    stored: datetime = min(row[0], before)
    return stored


def gaps(school: School) -> list[tuple[datetime, datetime]]:
    """The recorded spans in which the recorder missed audio, in order."""
    query = (
        "select data from session_event where session_id = %s and kind = 'capture.blind' order by recorded_at"
    )
    with psycopg.connect(school.setting("HOMEROOM_OWNER_DATABASE_URL")) as connection:
        rows = connection.execute(query, [school.booked.session_id]).fetchall()
    return [(datetime.fromisoformat(row[0]["from"]), datetime.fromisoformat(row[0]["until"])) for row in rows]
