"""An instructor does not come: a colleague accepts by a mail, teaches the class, and is on its record."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from cli.api_client import ApiError
from cli.demo_class.school import NAMES
from cli.demo_class.script import Speaker
from cli.demo_class.voices import write_instructor_wav
from models.authorship import HOMEROOM
from reports.texts.en import OFFER
from tests.cli.homes import StackUnderTest
from tests.e2e.class_under_test import ClassUnderTest, open_class, wait_for
from tests.e2e.conftest import Browser
from tests.e2e.people import credentials, talking
from tests.e2e.room import join, look_at

pytestmark = [pytest.mark.e2e, pytest.mark.real_time, pytest.mark.timeout(600)]

ABSENT = NAMES[Speaker.INSTRUCTOR]
SUBSTITUTE = "Ben Adeyemi"
ADDRESS = "ben.adeyemi@harbour.example"
ENOUGH = 15  # seconds of the substitute's sound: what is said in them becomes the draft


@pytest.fixture
def microphone(tmp_path: Path) -> Path:
    path = tmp_path / "substitute.wav"
    write_instructor_wav(path, lead_in=4)
    return path


@pytest.fixture
def missed(full_stack: StackUnderTest) -> Iterator[ClassUnderTest]:
    """A class with a qualified colleague, whose instructor is absent five seconds after its start."""
    opened = open_class(
        full_stack,
        starts_in=timedelta(seconds=14),
        check_in_before="PT0S",
        instructor_late_after="PT2S",
        instructor_absent_after="PT5S",
        empty_room_ends_after=None,
        segment_seconds=5,
    )
    body = {"name": SUBSTITUTE, "email": ADDRESS, "qualifications": [{"subject": "Mathematics"}]}
    opened.api.post("/v1/instructors", body)
    yield opened
    opened.api.close()


def test_absent_instructor_is_replaced_by_who_accepts_in_the_mail(
    missed: ClassUnderTest, microphone: Path, browse: Browser
) -> None:
    page = browse(microphone=microphone)
    with talking(missed, (Speaker.FIRST_STUDENT,)):
        accept_by_mail(page, missed)
        join(page, own_link(missed))
        own = place_of_substitute(missed)
        wait_for(lambda: recorded_seconds(missed, own) >= ENOUGH, "sound of the substitute", 60)
        with pytest.raises(ApiError) as refused:
            credentials(missed, ABSENT)
        assert refused.value.problem["code"] == "link-replaced"
        missed.api.post(f"{missed.path}/end")
    missed.wait_for_state("review", seconds=180)
    missed.approve()
    missed.wait_for_state("closed")
    check_record(missed, own)
    wait_for(lambda: missed.mails("summary"), "the summary to the family of who was there")
    check_page(browse(), missed)


def accept_by_mail(page: Page, missed: ClassUnderTest) -> None:
    """Opens the offer from the mail and accepts it, signed in as nobody."""
    page.set_content(mail_to_substitute(missed, "Can you teach?")["html"])
    page.locator("a[href*='/offer?t=']").first.click()
    page.get_by_role("button", name=OFFER["accept"]).click()
    page.get_by_role("status").filter(has_text=OFFER["accepted"]).wait_for()


def own_link(missed: ClassUnderTest) -> str:
    """The join link in the mail to who has accepted."""
    found = re.search(r"http\S+/j/\S+", mail_to_substitute(missed, "You teach this class")["text"])
    assert found
    return found[0]


def mail_to_substitute(missed: ClassUnderTest, subject: str) -> dict[str, Any]:
    """The latest mail of this subject to the colleague."""

    def found() -> dict[str, Any] | None:
        return next((mail for mail in missed.mails_to(ADDRESS) if mail["subject"].startswith(subject)), None)

    return wait_for(found, f"the mail: {subject}")


def place_of_substitute(missed: ClassUnderTest) -> str:
    """The participant id of the colleague, who is in the room."""
    people = wait_for(
        lambda: [one for one in missed.get("/participants") if one["name"] == SUBSTITUTE and one["present"]],
        "the substitute in the room",
    )
    return str(people[0]["id"])


def recorded_seconds(missed: ClassUnderTest, participant_id: str) -> float:
    query = """select coalesce(sum(samples::float8 / sample_rate), 0) from audio_segment
               where session_id = %s and identity = %s"""
    ((seconds,),) = missed.rows(query, participant_id)
    return float(seconds)


def check_record(missed: ClassUnderTest, substitute: str) -> None:
    """Who taught, and who did not come."""
    colleague = next(one for one in missed.api.pages("/v1/instructors") if one["name"] == SUBSTITUTE)
    assert missed.get()["instructor_id"] == colleague["id"]
    (search,) = missed.get("/substitutions")
    assert (search["reason"], search["state"], search["requested_by"]) == ("absent", "accepted", HOMEROOM)
    assert search["accepted_by_id"] == colleague["id"]
    assert missed.attendance_of(SUBSTITUTE)["seconds"] > 0
    kinds = {case["kind"]: case["resolved_at"] for case in missed.get("/exceptions")}
    assert kinds["instructor_absent"], "resolved by itself"
    assert {one["participant_id"] for one in missed.get("/transcript")} >= {substitute}


def check_page(page: Page, missed: ClassUnderTest) -> None:
    """The page of the class says who has taken over and that the class was held."""
    page.goto(missed.console_url())
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("region", name="Substitution").get_by_text(SUBSTITUTE).first.wait_for()
    look_at(page, "session-substituted")
