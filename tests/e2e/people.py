"""Participants of a class under test, whose recorded voices keep talking."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cli.api_client import ApiError
from cli.demo_class.school import NAMES
from tests.e2e.school import School, wait_for


def credentials(school: School, name: str) -> dict[str, Any]:
    """The LiveKit credentials of a person, requested with their join link as the room page does."""
    token = parse_qs(urlsplit(school.booked.links[name]).query)["t"][0]
    answer: dict[str, Any] = school.api.post(
        f"/v1/join/{school.booked.session_id}/credentials", {"link": token}
    )
    return answer


@contextmanager
def talking(school: School, speakers: Sequence[str] = tuple(NAMES), first: int = 0) -> Iterator[None]:
    """Lets these speakers of the demo class say their turns from `first` on, in a separate process."""
    wait_for(lambda: _is_open(school), "an open room")
    people = []
    for speaker, name in NAMES.items():
        if speaker in speakers:
            answer = credentials(school, name)
            people.append({"speaker": speaker, "url": answer["livekit_url"], "token": answer["token"]})
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.demo_class.speakers", "--from", str(first), "--stay"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(people) + "\n")
        process.stdin.flush()
        yield
    finally:
        process.terminate()
        process.wait(10)
        process.stdin.close()


def _is_open(school: School) -> bool:
    try:
        credentials(school, next(iter(NAMES.values())))
    except ApiError:
        return False
    return True
