"""A disk that is full and a store that takes nothing, in the middle of a class and until after its end.

The exception of each is opened, told and closed by itself, and nothing is missing from the record. The outages are
short; `make outages` lets them last as long as `OUTAGE_SECONDS` says.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from tests.cli.homes import StackUnderTest
from tests.e2e.class_under_test import ClassUnderTest, open_class, wait_for
from tests.e2e.people import talking

REFUSES = float(os.environ.get("OUTAGE_SECONDS", "12"))  # of the store; ten until somebody is told
FULL = min(REFUSES / 2, 12)  # of the disk; five until somebody is told
SEGMENT = 5  # seconds
KIND = "recording_at_risk"
OPS = "olu@harbour.example"

pytestmark = [pytest.mark.e2e, pytest.mark.real_time, pytest.mark.timeout(600 + 2 * REFUSES)]


@pytest.fixture
def small_disk(full_stack: StackUnderTest) -> Iterator[Path]:
    """The recorders' spool on a disk of two megabytes."""
    spool = full_stack.home.spool
    spool.mkdir(parents=True, exist_ok=True)  # which the first recording would make
    mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", str(spool))
    yield spool
    subprocess.run(["umount", "--lazy", spool], check=True)


@pytest.fixture
def make_read_only(full_stack: StackUnderTest) -> Iterator[Callable[[bool], None]]:
    """Makes the stack's store read-only, or writable again."""
    full_stack.home.store.mkdir(parents=True, exist_ok=True)
    store = str(full_stack.home.store)
    mount("--bind", store, store)

    def change(read_only: bool) -> None:
        options = f"remount,{'ro' if read_only else 'rw'},bind"
        subprocess.run(["mount", "-o", options, store], check=True)

    yield change
    subprocess.run(["umount", "--lazy", store], check=True)


@pytest.fixture
def held(
    full_stack: StackUnderTest, small_disk: Path, make_read_only: Callable[[bool], None]
) -> Iterator[ClassUnderTest]:
    lasts = timedelta(minutes=10, seconds=2 * REFUSES)
    opened = open_class(full_stack, lasts=lasts, segment_seconds=SEGMENT)
    opened.api.post("/v1/members", {"name": "Olu Ops", "email": OPS, "role": "ops"})
    yield opened
    opened.api.close()


def test_class_waits_for_its_disk_and_its_store_and_misses_nothing(
    held: ClassUnderTest, small_disk: Path, make_read_only: Callable[[bool], None]
) -> None:
    with talking(held):
        wait_for(held.spoken, "the first words", 120)
        with full(small_disk):
            of_disk = owned_case(held, "disk")
            stored = segments(held)
            wait_for(lambda: segments(held) > stored, "audio that was stored from memory", 60)
            time.sleep(FULL)
        closed_by_itself(held, of_disk)
        make_read_only(True)
        of_store = owned_case(held, "store")
        time.sleep(REFUSES)
        held.api.post(f"{held.path}/end")
    held.wait_for_state("ending", seconds=60)
    time.sleep(SEGMENT)
    assert held.state() == "ending", "the class is documented with all its audio"
    assert not held.mails("summary")
    make_read_only(False)
    held.wait_for_state("review", seconds=180 + REFUSES)
    assert closed_by_itself(held, of_store) >= REFUSES
    held.approve()
    held.wait_for_state("closed")
    check_record(held)
    wait_for(lambda: len(held.mails("summary")) == 2, "the summary to both families")


def owned_case(held: ClassUnderTest, part: str) -> str:
    """The id of the exception because the disk or the store takes no audio, once somebody has the mail about it."""
    case = wait_for(lambda: open_case(held, part), f"the exception about the {part}", 60)
    assert case["queue"] == "ops"
    assert moment(case["detail"]["from"]) <= moment(case["opened_at"]) < moment(case["due_at"])
    case_id = str(case["id"])
    wait_for(lambda: any(case_id in mail["text"] for mail in held.mails_to(OPS)), "the mail to its owner", 60)
    return case_id


def open_case(held: ClassUnderTest, part: str) -> dict[str, Any] | None:
    found = (case for case in held.get("/exceptions") if case["kind"] == KIND and not case["resolved_at"])
    return next((case for case in found if case["detail"]["part"] == part), None)


def closed_by_itself(held: ClassUnderTest, case_id: str) -> float:
    """For how many seconds audio had waited, once the exception is over."""

    def closed() -> dict[str, Any] | None:
        found = (case for case in held.get("/exceptions") if case["id"] == case_id)
        return next((case for case in found if case["resolved_at"]), None)

    case = wait_for(closed, "the end of the exception", 60)
    assert case["state"] == "self_resolved"
    since, until = (moment(case["detail"][name]) for name in ("from", "until"))
    assert until == moment(case["resolved_at"])
    assert float(case["detail"]["seconds"]) == round((until - since).total_seconds(), 1)
    return float(case["detail"]["seconds"])


def check_record(held: ClassUnderTest) -> None:
    """Nothing is missing, and what the record counts is in the store."""
    kinds = {case["kind"] for case in held.get("/exceptions")}
    assert not kinds & {"recording_gap", "recording_missing", "track_not_subscribed"}
    record = held.get()["completeness"]
    assert record["unheard_seconds"] == 0
    assert "recording" in record["have"]
    assert stored_files(held) == segments(held)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def mount(*arguments: str) -> None:
    if subprocess.run(["mount", *arguments], check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a folder")


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fills a disk until the block ends, again and again: what is deleted on it frees space."""
    ballast, over = disk / "ballast", Event()

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            while not over.wait(0.05):
                with suppress(OSError):
                    while True:
                        file.write(bytes(1024))

    filling = Thread(target=fill)
    filling.start()
    try:
        yield
    finally:
        over.set()
        filling.join()
        ballast.unlink()


def segments(held: ClassUnderTest) -> int:
    ((number,),) = held.rows("select count(*) from audio_segment where session_id = %s")
    return int(number)


def stored_files(held: ClassUnderTest) -> int:
    """How many pieces of audio of the class the store holds."""
    return sum(1 for path in held.stack.home.store.rglob("*.flac") if held.booked.session_id in str(path))
