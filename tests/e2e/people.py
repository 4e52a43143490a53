"""Participants of a class under test, whose recorded voices keep talking."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from cli.api_client import ApiError
from cli.demo_class.school import NAMES
from cli.demo_class.script import Speaker
from domain.people.roles import Role
from media_bridge.tokens import TokenMinter
from tests.e2e.class_under_test import ClassUnderTest, wait_for


def credentials(held: ClassUnderTest, name: str) -> dict[str, Any]:
    """The LiveKit credentials of a person, requested with their join link as the room page does."""
    path = f"/v1/join/{held.booked.session_id}/credentials"
    answer: dict[str, Any] = held.api.post(path, {"link": held.join_token(name)})
    return answer


@contextmanager
def talking(held: ClassUnderTest, speakers: Sequence[str] = tuple(NAMES), first: int = 0) -> Iterator[None]:
    """Lets these speakers of the demo class say their turns from `first` on, in a separate process."""
    wait_for(lambda: _is_open(held), "an open room")
    people = []
    for speaker, name in NAMES.items():
        if speaker in speakers:
            answer = credentials(held, name)
            people.append({"speaker": speaker, "url": answer["livekit_url"], "token": answer["token"]})
    with _speaking(people, first):
        yield


@contextmanager
def stranger(held: ClassUnderTest) -> Iterator[None]:
    """A participant in the room whose identity Homeroom does not know."""
    key, secret = (held.setting(f"HOMEROOM_LIVEKIT_API_{part}") for part in ("KEY", "SECRET"))
    token = TokenMinter(key, secret).mint(Role.STUDENT, UUID(held.booked.session_id), str(uuid4()))
    person = {
        "speaker": Speaker.SECOND_STUDENT,
        "url": held.setting("HOMEROOM_LIVEKIT_PUBLIC_URL"),
        "token": token,
    }
    with _speaking([person]):
        yield


@contextmanager
def _speaking(people: Sequence[dict[str, Any]], first: int = 0) -> Iterator[None]:
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


def _is_open(held: ClassUnderTest) -> bool:
    try:
        credentials(held, next(iter(NAMES.values())))
    except ApiError:
        return False
    return True
