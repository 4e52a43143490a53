"""Two requests about one class at the same moment, over HTTP and through its workflow: no accepted one is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from tests.campus import HOUR, Json, School

pytestmark = pytest.mark.adapter

ROUNDS = 2
CONFLICTS = (404, 409, 422)


@dataclass(frozen=True)
class Scene:
    """A class with an instructor and a student of its own, and two people without a class."""

    school: School
    session_id: str
    instructor_id: str
    free_instructor_id: str
    student_id: str
    booking: Json

    async def session(self) -> Json:
        found: Json = await self.school.get(f"/v1/sessions/{self.session_id}")
        return found

    async def retired(self, path: str) -> bool:
        return (await self.school.get(path))["retired_at"] is not None

    def moved(self, by: timedelta) -> Json:
        return {
            name: (datetime.fromisoformat(self.booking[name]) + by).isoformat()
            for name in ("starts_at", "ends_at")
        }


@dataclass(frozen=True)
class Request:
    """`lasting` is whether the effect is there once both requests are answered."""

    send: Callable[[Scene], Awaitable[httpx.Response]]
    lasting: Callable[[Scene], Awaitable[bool]]


def move(by: timedelta) -> Request:
    async def lasting(scene: Scene) -> bool:
        starts_at = datetime.fromisoformat((await scene.session())["starts_at"])
        return starts_at == datetime.fromisoformat(scene.moved(by)["starts_at"])

    return Request(
        lambda scene: scene.school.api.post(
            f"/v1/sessions/{scene.session_id}/reschedule", json=scene.moved(by)
        ),
        lasting,
    )


async def _is_cancelled(scene: Scene) -> bool:
    return bool((await scene.session())["state"] == "cancelled")


async def _has_student(scene: Scene) -> bool:
    people = await scene.school.get(f"/v1/sessions/{scene.session_id}/participants")
    return any(person["student_id"] == scene.student_id for person in people)


def book(at: timedelta, instructor_of: Callable[[Scene], str]) -> Request:
    """A further class, so much later than the first."""

    async def lasting(scene: Scene) -> bool:
        classes = await scene.school.get(f"/v1/sessions?instructor_id={instructor_of(scene)}")
        return any(one["id"] != scene.session_id for one in classes["items"])

    def booking(scene: Scene) -> Json:
        return scene.booking | scene.moved(at) | {"instructor_id": instructor_of(scene)}

    return Request(lambda scene: scene.school.api.post("/v1/sessions", json=booking(scene)), lasting)


CANCEL = Request(
    lambda scene: scene.school.api.post(
        f"/v1/sessions/{scene.session_id}/cancel", json={"reason": "illness"}
    ),
    _is_cancelled,
)
ADD = Request(
    lambda scene: scene.school.api.post(
        f"/v1/sessions/{scene.session_id}/participants", json={"student_ids": [scene.student_id]}
    ),
    _has_student,
)
RETIRE_STUDENT = Request(
    lambda scene: scene.school.api.delete(f"/v1/students/{scene.student_id}"),
    lambda scene: scene.retired(f"/v1/students/{scene.student_id}"),
)
RETIRE_INSTRUCTOR = Request(
    lambda scene: scene.school.api.delete(f"/v1/instructors/{scene.free_instructor_id}"),
    lambda scene: scene.retired(f"/v1/instructors/{scene.free_instructor_id}"),
)
BOOK_THE_TIME = book(3 * HOUR, lambda scene: scene.instructor_id)
BOOK_THE_INSTRUCTOR = book(3 * HOUR, lambda scene: scene.free_instructor_id)

# Whether both may be accepted, and both effects last.
PAIRS = {
    "cancel, move": (CANCEL, move(3 * HOUR), True),
    "cancel, add a student": (CANCEL, ADD, True),
    "move, book the time": (move(3 * HOUR), BOOK_THE_TIME, False),
    "retire the student, add them": (RETIRE_STUDENT, ADD, True),
    "retire the instructor, book them": (RETIRE_INSTRUCTOR, BOOK_THE_INSTRUCTOR, False),
}


async def scene_of(school: School) -> Scene:
    instructor, free_instructor = [
        (await school.post("/v1/instructors", {"name": name, "email": f"{uuid4()}@harbour.example"}))["id"]
        for name in ("Grace Hopper", "Ida Rhodes")
    ]
    student = await school.add_student()
    booking = school.booking(instructor_id=instructor, student_ids=[await school.add_student("Ben Cole")])
    session_id = (await school.post("/v1/sessions", booking))["id"]
    return Scene(school, session_id, instructor, free_instructor, student, booking)


@pytest.mark.parametrize("pair", PAIRS)
async def test_of_racing_requests_each_that_was_accepted_has_its_effect(harbour: School, pair: str) -> None:
    first, second, both = PAIRS[pair]
    for round_number in range(ROUNDS):
        scene = await scene_of(harbour)
        racing = [first, second] if round_number % 2 == 0 else [second, first]
        answers = await asyncio.gather(*(request.send(scene) for request in racing))
        accepted = [request for request, answer in zip(racing, answers, strict=True) if answer.is_success]
        refused = [answer for answer in answers if not answer.is_success]
        assert all(answer.status_code in CONFLICTS for answer in refused), refused
        assert accepted, [answer.text for answer in answers]
        assert both or len(accepted) == 1, [answer.text for answer in answers]
        for request in racing:
            assert await request.lasting(scene) == (request in accepted), (pair, answers)
