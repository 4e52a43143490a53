"""Many short classes at once, from booking to close, while a fault at random comes over the wires every moment.

People join the rooms over LiveKit, and the commands of ops go over the API; each is repeated with its key until it is
answered, as clients do. A seed gives the classes, what happens in them, and the faults.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from livekit import rtc

from domain.errors import RequestInProgress
from domain.people.roles import Role, identity_of
from media_bridge.tokens import TokenMinter
from tests.faults.faulty_stack import ADMIN, FaultyStack
from tests.faults.wire import Fault

SECOND = timedelta(seconds=1)
POLICY = {
    "reminders_before": ["PT5S"],
    "briefing_before": "PT4S",
    "room_before": "PT4S",
    "check_in_before": "PT2S",
    "instructor_late_after": "PT30S",
    "instructor_absent_after": "PT60S",
    "grace_after_end": "PT4S",
    "empty_room_for": "PT3S",
    "segment_seconds": 5,
}
_FAULTY = [fault for fault in Fault if fault != Fault.NONE]
_SERVERS = ("postgres", "temporal", "livekit", "smtp", "store", "webhooks")
_KINDS = (
    *((server, fault.value) for server in _SERVERS for fault in _FAULTY),
    ("disk", "full"),
)
_ANSWER_SECONDS, _GIVE_UP_SECONDS = 8.0, 180.0  # a process that was killed takes half a minute to be back
_IN_PROGRESS = RequestInProgress.code
_FINAL = ("closed", "cancelled")


@dataclass
class Visit:
    """One connection of a person. LiveKit's times lie between those at which it was asked and answered."""

    asked_at: datetime
    joined_at: datetime
    left_at: datetime
    gone_at: datetime


@dataclass
class PlayedClass:
    id: str
    organization_id: UUID
    starts_at: datetime
    people: dict[str, str]  # participant ids by role
    commands: list[tuple[str, Any]] = field(default_factory=list)  # that were answered, with their argument
    refused: list[str] = field(default_factory=list)
    visits: dict[str, list[Visit]] = field(default_factory=dict)  # by participant id
    state: str = ""


@dataclass
class ClassStory:
    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    classes: list[PlayedClass] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        commands = sum(len(one.commands) for one in self.classes)
        return (
            f"seed {self.seed}: {self.faults.total()} faults of {len(self.faults)} kinds, "
            f"{len(self.classes)} classes, {commands} commands"
        )

    def note(self, what: str) -> None:
        self.log.append(f"{datetime.now(UTC):%H:%M:%S.%f} {what}")


@dataclass
class SchoolUnderFaults:
    id: UUID
    api: httpx.AsyncClient
    course: str
    topic: str
    students: list[str]
    instructors: list[str]


@asynccontextmanager
async def open_school(stack: FaultyStack, classes: int) -> AsyncIterator[SchoolUnderFaults]:
    """A school with an instructor and a student for each class, all of whom are of one family."""
    async with httpx.AsyncClient(base_url=stack.api_url, headers=_bearer(ADMIN)) as operator:
        made = (await operator.post("/v1/organizations", json={"name": "Harbour"})).raise_for_status().json()
    async with httpx.AsyncClient(
        base_url=stack.api_url, headers=_bearer(made["api_key"]), timeout=_ANSWER_SECONDS
    ) as api:

        async def post(path: str, body: Any) -> dict[str, Any]:
            answer: dict[str, Any] = (await api.post(path, json=body)).raise_for_status().json()
            return answer

        (await api.patch("/v1/policy", json=POLICY, headers={"if-match": "*"})).raise_for_status()
        topics = ["Adding fractions"]
        course = await post("/v1/courses", {"title": "Mathematics", "subject": "Sums", "topics": topics})
        students, instructors = [], []
        for number in range(classes):
            family = {"name": f"Guardian {number}", "email": f"{uuid4()}@family.example"}
            guardian = (await post("/v1/guardians", family))["id"]
            student = {"name": f"Student {number}", "guardian_ids": [guardian]}
            students.append((await post("/v1/students", student))["id"])
            teacher = {"name": f"Teacher {number}", "email": f"{uuid4()}@school.example"}
            instructors.append((await post("/v1/instructors", teacher))["id"])
        yield SchoolUnderFaults(
            UUID(made["id"]), api, course["id"], course["topic_ids"][0], students, instructors
        )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def play_classes(
    stack: FaultyStack,
    school: SchoolUnderFaults,
    seed: int,
    *,
    faults_every: float = 0.7,
    finishes_within: timedelta = 120 * SECOND,
) -> ClassStory:
    """Hold one class for each instructor of the school; ends when all are final, or nothing moves any more."""
    story = ClassStory(seed)
    plans = [random.Random(f"{seed} {number}") for number in range(len(school.instructors))]
    breaking = asyncio.gather(
        *(
            _break_wires(stack, story, random.Random(f"wires {seed} {number}"), faults_every)
            for number in range(2)
        ),
        _kill(stack, story, random.Random(f"kills {seed}")),
    )
    try:
        async with asyncio.TaskGroup() as playing:
            for number, plan in enumerate(plans):
                playing.create_task(_play(stack, school, story, number, plan))
    finally:
        breaking.cancel()
        await asyncio.gather(breaking, return_exceptions=True)
        for wire in stack.wires.values():
            wire.misbehave(Fault.NONE)
        stack.fill_disk(False)
        for process in (stack.api, stack.worker):
            await stack.restart(process, only_dead=True)
    await _finish(school, story, finishes_within)
    return story


async def _break_wires(stack: FaultyStack, story: ClassStory, dice: random.Random, every: float) -> None:
    """One fault after the other."""
    while True:
        await asyncio.sleep(dice.uniform(0, 2 * every))
        what, how = dice.choice(_KINDS)
        story.faults[f"{what} {how}"] += 1
        story.note(f"{what} {how}")
        lasts = dice.uniform(0.2, 2.5)
        if what == "disk":
            stack.fill_disk(True)
            await asyncio.sleep(lasts)
            stack.fill_disk(False)
        else:
            stack.wires[what].misbehave(Fault(how), resets_after=dice.randint(0, 6))
            await asyncio.sleep(lasts)
            stack.wires[what].misbehave(Fault.NONE)


async def _kill(stack: FaultyStack, story: ClassStory, dice: random.Random) -> None:
    """Kill one process after the other, each when the one before is back."""
    while True:
        await asyncio.sleep(dice.uniform(4, 20))
        name = dice.choice(("api", "worker"))
        story.faults[f"{name} killed"] += 1
        story.note(f"{name} killed")
        await stack.restart(stack.api if name == "api" else stack.worker)
        story.note(f"{name} is back")


async def _play(
    stack: FaultyStack, school: SchoolUnderFaults, story: ClassStory, number: int, plan: random.Random
) -> None:
    try:
        await _hold(stack, school, story, number, plan)
    except* NotAnsweredError as group:
        story.unanswered += [str(error) for error in group.exceptions]


async def _hold(
    stack: FaultyStack, school: SchoolUnderFaults, story: ClassStory, number: int, plan: random.Random
) -> None:
    await asyncio.sleep(plan.uniform(0, 3))
    lasts = plan.randint(8, 14) * SECOND
    ends = ("none", "none", "extend", "end", "cancel")
    ending = plan.choice(ends)
    played = await _book(school, story, number, lasts)
    story.note(f"class {number} is {played.id}, {ending}")
    if ending == "cancel":
        await _command(school, story, played, "cancel", {"reason": "illness"})
        return
    await _until(played.starts_at - plan.uniform(0, 2) * SECOND)
    async with asyncio.TaskGroup() as inside:
        for role, stays in ((Role.INSTRUCTOR, 1.0), (Role.STUDENT, plan.uniform(0.3, 1.0))):
            inside.create_task(_attend(stack, played, role, lasts * stays, plan.random() < 0.3))
        await _until(played.starts_at + lasts / 2)
        if ending == "extend":
            new_end = (played.starts_at + lasts + 5 * SECOND).isoformat()
            await _command(school, story, played, "extend", {"ends_at": new_end})
        elif ending == "end":
            await _command(school, story, played, "end", None)


async def _book(school: SchoolUnderFaults, story: ClassStory, number: int, lasts: timedelta) -> PlayedClass:
    key = str(uuid4())
    while True:
        starts_at = datetime.now(UTC) + 12 * SECOND
        body = {
            "course_id": school.course,
            "topic_ids": [school.topic],
            "instructor_id": school.instructors[number],
            "student_ids": [school.students[number]],
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + lasts).isoformat(),
        }
        answer = await _until_answered(school, "POST", "/v1/sessions", body, key)
        if answer.is_success:
            break
        key = str(uuid4())  # the class would begin too soon by now
    session_id = answer.json()["id"]
    people = await _until_answered(school, "GET", f"/v1/sessions/{session_id}/participants")
    found = {one["role"]: one.get("participant_id") or one["id"] for one in people.json()}
    stored = (await _until_answered(school, "GET", f"/v1/sessions/{session_id}")).json()
    played = PlayedClass(session_id, school.id, datetime.fromisoformat(stored["starts_at"]), found)
    story.classes.append(played)
    return played


async def _command(
    school: SchoolUnderFaults, story: ClassStory, played: PlayedClass, command: str, body: Any
) -> None:
    answer = await _until_answered(school, "POST", f"/v1/sessions/{played.id}/{command}", body, str(uuid4()))
    story.note(f"{command} of {played.id}: {answer.status_code}")
    if answer.is_success:
        played.commands.append((command, body))
    else:
        played.refused.append(f"{command}: {answer.text}")


class NotAnsweredError(Exception):
    """A request was repeated for a long time, and none was answered."""


async def _until_answered(
    school: SchoolUnderFaults, method: str, path: str, body: Any = None, key: str | None = None
) -> httpx.Response:
    """Repeated with the same key; a refusal is an answer, a server that is not there is none."""
    headers = {"Idempotency-Key": key} if key else {}
    last = "nothing"
    try:
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            while True:
                try:
                    answer = await school.api.request(method, path, json=body, headers=headers)
                except httpx.TransportError as error:
                    last = type(error).__name__
                else:
                    if answer.status_code < 500 and _IN_PROGRESS not in answer.text:
                        return answer
                    last = f"{answer.status_code} {answer.text}"
                await asyncio.sleep(0.3)
    except TimeoutError as error:
        raise NotAnsweredError(f"{method} {path} was not answered, the last answer was {last}") from error


async def _attend(
    stack: FaultyStack, played: PlayedClass, role: Role, stays: timedelta, comes_back: bool
) -> None:
    """Join the room, some of them once more after a pause."""
    leaves_at = played.starts_at + stays
    who = played.people[role]
    parts: list[tuple[datetime | None, datetime]] = [(None, leaves_at)]
    if comes_back:
        middle = played.starts_at + stays / 2
        parts = [(None, middle - SECOND), (middle + SECOND, leaves_at)]
    for comes_at, goes_at in parts:
        if comes_at is not None:
            await _until(comes_at)
        visit = await _visit(stack, played, role, who, goes_at)
        if visit:
            played.visits.setdefault(who, []).append(visit)


async def _visit(
    stack: FaultyStack, played: PlayedClass, role: Role, who: str, goes_at: datetime
) -> Visit | None:
    minter = TokenMinter(stack.livekit.api_key, stack.livekit.api_secret)
    token = minter.mint(role, UUID(played.id), identity_of(UUID(who)))
    room = rtc.Room()
    ended: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()

    def disconnected(*_: object) -> None:
        if not ended.done():
            ended.set_result(datetime.now(UTC))

    room.on("disconnected", disconnected)
    while True:
        asked_at = datetime.now(UTC)
        if asked_at >= goes_at:
            return None
        try:
            await room.connect(stack.livekit.ws_url, token, rtc.RoomOptions(auto_subscribe=False))
            break
        except rtc.ConnectError:  # the room is not open yet
            await asyncio.sleep(0.5)
    joined_at = datetime.now(UTC)
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, (goes_at - datetime.now(UTC)).total_seconds())):
            await asyncio.shield(ended)
    left_at = ended.result() if ended.done() else datetime.now(UTC)
    await room.disconnect()
    return Visit(asked_at, joined_at, left_at, datetime.now(UTC))


async def _finish(school: SchoolUnderFaults, story: ClassStory, within: timedelta) -> None:
    """With everything whole again, approve the drafts, until every class is final or the time is over."""
    until = datetime.now(UTC) + within
    approved: set[str] = set()
    while datetime.now(UTC) < until:
        for played in story.classes:
            if played.state in _FINAL:
                continue
            session = (await _until_answered(school, "GET", f"/v1/sessions/{played.id}")).json()
            played.state = session["state"]
            if played.state == "review" and played.id not in approved:
                path = f"/v1/sessions/{played.id}/documentation"
                revision = (await _until_answered(school, "GET", path)).json()["revision"]
                await _command(school, story, played, "documentation/approve", {"revision": revision})
                approved.add(played.id)
        if all(played.state in _FINAL for played in story.classes):
            return
        await asyncio.sleep(0.5)


async def _until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
