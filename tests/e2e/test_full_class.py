"""A whole class: the instructor in Chromium, her words in the transcript, the draft and, once approved, the mail."""

import io
import re
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cli.demo_class.school import NAMES
from cli.demo_class.script import LESSON, Speaker
from cli.demo_class.voices import write_instructor_wav
from tests.cli.homes import StackUnderTest
from tests.e2e.class_under_test import ClassUnderTest, open_class, setting, wait_for
from tests.e2e.conftest import Browser
from tests.e2e.people import talking
from tests.e2e.room import look_at
from tests.workflows.history_text import history_text
from wiring.temporal import connect
from workflows.client import session_workflow_id

pytestmark = [pytest.mark.e2e, pytest.mark.real_time]

INSTRUCTOR = NAMES[Speaker.INSTRUCTOR]


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("voice") / "instructor.wav"
    write_instructor_wav(path, lead_in=6)
    return path


@pytest.fixture(scope="module")
def taught(full_stack: StackUnderTest) -> Iterator[ClassUnderTest]:
    opened = open_class(full_stack)
    yield opened
    opened.api.close()


def test_class_runs_from_the_join_link_to_the_approval(
    taught: ClassUnderTest, microphone: Path, browse: Browser
) -> None:
    page = browse(microphone=microphone)
    join(page, taught)
    watching = browse()
    with talking(taught, (Speaker.FIRST_STUDENT, Speaker.SECOND_STUDENT), first=3):
        page.get_by_text("This class is recorded").wait_for()
        for name in NAMES.values():
            page.get_by_role("article", name=name).wait_for()
        watching.goto(taught.console_url())
        watching.get_by_role("button", name="Sign in", exact=True).click()
        watching.get_by_text("Recording", exact=True).first.wait_for()
        watching.locator("#transcript li").nth(3).wait_for(timeout=90_000)
        look_at(watching, "session-live")
        page.keyboard.press("c")
        captions = page.get_by_role("region", name="Captions")
        expect(captions.get_by_role("listitem")).to_have_count(3)
        expect(captions.locator("strong").first).to_have_text(re.compile("|".join(NAMES.values())))
        assert captions.locator("li span").first.inner_text() in taught.spoken()
        page.keyboard.press("c")
        expect(captions).to_have_count(0)
        wait_for(lambda: re.search(r"subtract(ing)? fractions", taught.spoken()), "her last words", 180)
        look_at(page, "room-desktop")
        assert not taught.mails("summary")
    page.get_by_role("button", name="Leave").click()
    page.get_by_text("You have left the class").wait_for()
    taught.wait_for_state("review", seconds=90)
    check_draft(taught)
    assert not taught.mails("summary"), "nothing reaches a family unapproved"

    watching.get_by_role("button", name="Approve and send to guardians").click()
    taught.wait_for_state("closed")
    watching.get_by_text("Record 100% complete").wait_for()
    look_at(watching, "session-closed")


def test_summary_reaches_both_guardians_in_their_language(taught: ClassUnderTest) -> None:
    mails = wait_for(lambda: taught.mails("summary"), "the summary mails")
    assert len(mails) == 2
    english, spanish = sorted(mails, key=lambda mail: "clase" in mail["subject"])
    for mail in (english, spanish):
        assert "different denominators" in mail["html"]
        assert "page" in mail["text"]
    assert "Homework" in english["text"]
    assert "Deberes" in spanish["text"]


def test_record_is_complete(taught: ClassUnderTest) -> None:
    completeness = taught.get()["completeness"]
    assert (completeness["missing"], completeness["share"]) == ([], 1)
    assert completeness["recorded_share"] >= 0.95
    assert set(taught.steps().values()) == {"done"}
    attended = {row["participant_id"]: row for row in taught.get("/attendance")}
    links = {link["name"]: link["participant_id"] for link in taught.get("/join-links")}
    instructor = attended[links[INSTRUCTOR]]
    assert instructor["seconds"] > 45
    assert instructor["engagement"]["talk_seconds"] > 20
    assert {c["joined_by"] for c in instructor["connections"]} == {"announced"}
    headings = [heading for heading, _ in taught.get("/next-briefing")["sections"]]
    assert "homework_to_check" in headings


def test_cited_audio_of_every_statement_can_be_played(taught: ClassUnderTest) -> None:
    cited = [c["utterance_id"] for s in taught.get("/documentation")["statements"] for c in s["citations"]]
    with signed_in(taught) as client:
        for utterance in cited:
            answer = client.get(f"/sessions/{taught.booked.session_id}/utterances/{utterance}.wav")
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "audio/wav"
            with wave.open(io.BytesIO(answer.content)) as sound:
                samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
            assert np.abs(samples).max() > 1000


async def test_workflow_histories_hold_no_personal_data(
    taught: ClassUnderTest, full_stack: StackUnderTest
) -> None:
    """Names, addresses, titles and words of the class must not be kept by Temporal."""
    client = await connect(setting(full_stack, "HOMEROOM_TEMPORAL_ADDRESS"), "homeroom")
    names = [part for name in NAMES.values() for part in name.split()]
    spoken = [word for turn in LESSON for word in re.findall(r"[a-z]{7,}", turn.text.lower())]
    private = {*names, "Samira", "Elena", "harbour", "example", "Adding", "Mathematics", *spoken}
    scanned = 0
    async for workflow in client.list_workflows():
        history = await history_text(client.get_workflow_handle(workflow.id, run_id=workflow.run_id))
        scanned += 1
        leaked = {word for word in private if re.search(rf"\b{word}\b", history, re.IGNORECASE)}
        assert not leaked, f"{workflow.id} holds {leaked}"
    assert scanned >= 2, "the session and the room watch"


def test_logs_hold_neither_names_nor_what_was_said(
    taught: ClassUnderTest, full_stack: StackUnderTest
) -> None:
    """Of every part of the stack: API, workers, recorder, media server, databases and mail."""
    said = [turn.text for turn in LESSON] + [one["text"] for one in taught.get("/transcript")]
    phrases = {phrase for text in said for phrase in phrases_of(text)}
    names = {part.lower() for name in NAMES.values() for part in name.split()} | {"samira", "elena"}
    logs = sorted(full_stack.home.logs.glob("*.log"))
    assert len(logs) > 5
    for log in logs:
        words = words_of(log.read_text(errors="replace"))
        assert not names & set(words), log.name
        assert not phrases & phrases_of(" ".join(words)), log.name


async def test_workflow_history_of_a_class_is_short(
    taught: ClassUnderTest, full_stack: StackUnderTest
) -> None:
    client = await connect(setting(full_stack, "HOMEROOM_TEMPORAL_ADDRESS"), "homeroom")
    handle = client.get_workflow_handle(session_workflow_id(UUID(taught.booked.session_id)))
    assert len((await handle.fetch_history()).events) <= 150


def words_of(text: str) -> list[str]:
    """Whole words only: ids in hexadecimal digits have letters in them too."""
    return re.findall(r"\b[^\W\d_]+\b", text.lower())


def phrases_of(text: str) -> set[tuple[str, ...]]:
    """Each three words that follow one another."""
    words = words_of(text)
    return set(zip(words, words[1:], words[2:], strict=False))


def check_draft(taught: ClassUnderTest) -> None:
    texts = {
        section: " ".join(
            s["text"] for s in taught.get("/documentation")["statements"] if s["section"] == section
        )
        for section in ("topics", "homework", "next_steps", "comprehension")
    }
    assert "denominators" in texts["topics"]
    assert "12" in texts["homework"] or "twelve" in texts["homework"]
    assert "Thursday" in texts["homework"]
    assert "subtract" in texts["next_steps"]
    assert texts["comprehension"]


def join(page: Page, taught: ClassUnderTest) -> None:
    page.goto(taught.booked.links[INSTRUCTOR])
    button = page.get_by_role("button", name="Join the class")
    button.wait_for(timeout=60_000)
    look_at(page, "device-check")
    button.click()
    page.get_by_role("navigation", name="Controls").wait_for()


@contextmanager
def signed_in(taught: ClassUnderTest) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=taught.setting("HOMEROOM_PUBLIC_URL"), follow_redirects=True) as client:
        link = urlsplit(taught.console_url())
        form = {name: values[0] for name, values in parse_qs(link.query).items()}
        origin = {"Origin": taught.setting("HOMEROOM_PUBLIC_URL")}
        client.post(link.path, data=form, headers=origin).raise_for_status()
        yield client
