"""On a connection too slow for video, the page keeps the sound, drops the video, and restores it afterwards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from cli.demo_class.school import NAMES
from cli.demo_class.script import Speaker
from cli.demo_class.voices import write_instructor_wav
from cli.local.chromium import find_or_install
from tests.cli.homes import StackUnderTest
from tests.e2e.class_under_test import ClassUnderTest, open_class, setting, wait_for
from tests.e2e.conftest import Browser
from tests.e2e.far_network import HOST, FarNetwork, NoNetwork, far_network, port_forward
from tests.e2e.room import control, in_class, join, look_at
from tests.stack import start_livekit, temporary_folder

pytestmark = [pytest.mark.e2e, pytest.mark.real_time, pytest.mark.timeout(600)]

INSTRUCTOR, STUDENT = NAMES[Speaker.INSTRUCTOR], NAMES[Speaker.FIRST_STUDENT]
MAX_CONCEALED = 0.1  # share of a voice's samples that the decoder had to conceal


@dataclass(frozen=True)
class FarClass:
    held: ClassUnderTest
    network: FarNetwork
    origin: str


@pytest.fixture(scope="module")
def far() -> Iterator[FarClass]:
    """A class on a stack whose LiveKit server is reachable from the namespace."""
    with temporary_folder("far") as folder:
        under_test = StackUnderTest.new(folder / "home")
        try:
            with far_network() as network:
                livekit = start_livekit(folder, address=HOST)
                done = under_test.run(
                    "up",
                    HOMEROOM_LIVEKIT_URL=livekit.url,
                    HOMEROOM_LIVEKIT_API_KEY=livekit.api_key,
                    HOMEROOM_LIVEKIT_API_SECRET=livekit.api_secret,
                )
                assert done.returncode == 0, done.stdout + done.stderr
                port = urlsplit(setting(under_test, "HOMEROOM_PUBLIC_URL")).port
                assert port
                with port_forward(port) as origin:
                    held = open_class(under_test, lasts=timedelta(minutes=10))
                    yield FarClass(held, network, origin)
                    held.api.close()
                livekit.stop()
        except NoNetwork as reason:
            pytest.skip(str(reason))
        finally:
            under_test.run("reset", "--yes")


def test_slow_connection_drops_video_and_keeps_the_sound_clear(
    far: FarClass, browse: Browser, tmp_path: Path
) -> None:
    voice = tmp_path / "voice.wav"
    write_instructor_wav(voice)
    instructor = browse(microphone=voice)
    student = browse(
        microphone=voice,
        program=far.network.program(find_or_install(print), tmp_path),
        more_flags=far.network.flags(far.origin),
    )
    join(instructor, far.held.booked.links[INSTRUCTOR])
    join(student, far.held.booked.links[STUDENT].replace(*far_base(far)))
    instructor_video = student.get_by_role("article", name=INSTRUCTOR).locator("video")
    instructor_video.wait_for()

    far.network.limit("70kbit")  # at twice that, the browser makes its video small enough by itself
    banner = student.get_by_text("Video is paused to keep the sound clear.")
    banner.wait_for(timeout=120_000)
    expect(instructor_video).to_have_count(0)
    expect(control(student, "Camera")).to_have_attribute("data-lk-enabled", "false")
    look_at(student, "audio-only")
    wait_for(lambda: fallbacks(far.held)[:1] == [True], "the recorded fallback")

    far.network.lift()
    expect(banner).to_have_count(0, timeout=120_000)
    instructor_video.wait_for()
    expect(control(student, "Camera")).to_have_attribute("data-lk-enabled", "true")
    wait_for(lambda: fallbacks(far.held)[-1] is False, "the recorded end of the fallback")
    measured = wait_for(lambda: engagement(far.held), "the student's engagement")
    assert measured["concealed_ratio"] < MAX_CONCEALED
    assert measured["audio_only_seconds"] > 0


def test_cut_wire_is_told_and_the_class_goes_on_when_it_is_mended(
    far: FarClass, browse: Browser, tmp_path: Path
) -> None:
    """The page says within seconds that it is cut off and what to do, and comes back without a click."""
    student = browse(
        program=far.network.program(find_or_install(print), tmp_path),
        more_flags=far.network.flags(far.origin),
    )
    join(student, far.held.booked.links[STUDENT].replace(*far_base(far)))
    away = student.get_by_role("status").get_by_text(re.compile("Reconnecting…|Your device is offline"))
    far.network.cut()
    try:
        away.first.wait_for(timeout=12_000)
        look_at(student, "cut-wire")
    finally:
        far.network.mend()
    in_class(student, timeout=60_000)


def far_base(far: FarClass) -> tuple[str, str]:
    return far.held.setting("HOMEROOM_PUBLIC_URL"), far.origin


def engagement(held: ClassUnderTest) -> dict[str, Any] | None:
    """The student's engagement; None until the concealed share of the audio is known."""
    found: dict[str, Any] = held.attendance_of(STUDENT)["engagement"]
    return found if found.get("concealed_ratio") is not None else None


def fallbacks(held: ClassUnderTest) -> list[bool]:
    """Whether video was dropped (true) or restored (false), for each change on the student's page."""
    query = """select data from session_event where session_id = %s and identity = %s
               and kind = 'video.fallback' and source = 'client' order by occurred_at"""
    return [data["audio_only"] for (data,) in held.rows(query, held.participant_id(STUDENT))]
