"""Many short classes at once, from booking to close, while a fault at random comes over the wires every moment.

People join the rooms over LiveKit, and the commands of ops go over the API; each is repeated with its key until it is
answered, as clients do. A seed gives the classes, what happens in them, and the faults.
"""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from livekit import rtc

from domain.errors import RequestInProgress
from domain.people.roles import Role, identity_of
from media_bridge.tokens import TokenMinter
from models.database import Database
from tests.faults.case_story import add_staff
from tests.faults.fault_player import FaultRecord, Pace, playing_faults
from tests.faults.faulty_stack import ADMIN, FaultyStack

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
_ANSWER_SECONDS, _GIVE_UP_SECONDS = 5.0, 240.0  # a process that was killed takes half a minute to be back
_SETUP_SECONDS = 60.0
_LEAD = 14 * SECOND  # from the booking of a class to its start
_LAST_CLASS_SECONDS = 36.0  # from the last booking until its class should be over
_MOST_LEADS = 2
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
    ends_at: datetime
    people: dict[str, str]  # participant ids by role
    commands: list[tuple[str, Any]] = field(default_factory=list)  # that were answered, with their argument
    refused: list[str] = field(default_factory=list)
    visits: dict[str, list[Visit]] = field(default_factory=dict)  # by participant id
    state: str = ""

    def accepted(self, command: str) -> list[Any]:
        """The arguments of the commands of a kind that were answered."""
        return [body for name, body in self.commands if name == command]


@dataclass
class ClassStory:
    seed: int
    organization_id: UUID
    faults: FaultRecord = field(default_factory=FaultRecord)
    classes: list[PlayedClass] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    own_faults: int = 0

    def __post_init__(self) -> None:
        self.faults.note = self.note

    def __str__(self) -> str:
        commands = sum(len(one.commands) for one in self.classes)
        refused = sum(len(one.refused) for one in self.classes)
        return (
            f"seed {self.seed}: {self.own_faults} faults, {len(self.classes)} classes, "
            f"{commands} commands, {refused} refused"
        )

    def note(self, what: str) -> None:
        self.log.append(f"{datetime.now(UTC):%H:%M:%S.%f} {what}")


@dataclass
class SchoolUnderFaults:
    """An instructor and a student for each class; spare ones and guests are wanted by several at once."""

    id: UUID
    api: httpx.AsyncClient
    course: str
    topic: str
    students: list[str]
    instructors: list[str]
    spare_students: list[str]
    spare_instructors: list[str]
    guests: list[str]


@asynccontextmanager
async def open_school(stack: FaultyStack, classes: int) -> AsyncIterator[SchoolUnderFaults]:
    """A school that holds so many classes at once, with staff who are told of cases."""
    async with httpx.AsyncClient(
        base_url=stack.api_url, headers=_bearer(ADMIN), timeout=_SETUP_SECONDS
    ) as operator:
        made = (await operator.post("/v1/organizations", json={"name": "Harbour"})).raise_for_status().json()
    organization_id = UUID(made["id"])
    async with aclosing(Database(stack.urls.application)) as database:
        await add_staff(database, organization_id)
    async with httpx.AsyncClient(
        base_url=stack.api_url, headers=_bearer(made["api_key"]), timeout=_SETUP_SECONDS
    ) as api:

        async def post(path: str, body: Any) -> dict[str, Any]:
            answer: dict[str, Any] = (await api.post(path, json=body)).raise_for_status().json()
            return answer

        async def student(number: int) -> str:
            family = {"name": f"Guardian {number}", "email": f"{uuid4()}@family.example"}
            guardian = (await post("/v1/guardians", family))["id"]
            child = {"name": f"Student {number}", "guardian_ids": [guardian]}
            return str((await post("/v1/students", child))["id"])

        async def instructor(number: int) -> str:
            teacher = {"name": f"Teacher {number}", "email": f"{uuid4()}@school.example"}
            return str((await post("/v1/instructors", teacher))["id"])

        (await api.patch("/v1/policy", json=POLICY, headers={"if-match": "*"})).raise_for_status()
        topics = ["Adding fractions"]
        course = await post("/v1/courses", {"title": "Mathematics", "subject": "Sums", "topics": topics})
        spare = range(classes, classes + max(1, classes // 3))
        school = SchoolUnderFaults(
            organization_id,
            api,
            course["id"],
            course["topic_ids"][0],
            students=await asyncio.gather(*(student(number) for number in range(classes))),
            instructors=await asyncio.gather(*(instructor(number) for number in range(classes))),
            spare_students=await asyncio.gather(*(student(number) for number in spare)),
            spare_instructors=await asyncio.gather(*(instructor(number) for number in spare)),
            guests=await asyncio.gather(*(student(number) for number in spare)),
        )
        api.timeout = httpx.Timeout(_ANSWER_SECONDS)
        yield school


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def play_classes(
    stack: FaultyStack,
    school: SchoolUnderFaults,
    seed: int,
    *,
    pace: Pace = Pace(),  # noqa: B008
    spread: float = 3.0,
    record: FaultRecord | None = None,
    is_calm: asyncio.Event | None = None,
) -> ClassStory:
    """Hold one class for each instructor of the school.

    Faults come until the last of them should be over. `spread`: seconds over which the bookings of the classes are
    spread; `record` gets what is played, and outlives this story; `is_calm` is set when no more faults come. Then
    `finish` it.
    """
    story = ClassStory(seed, school.id, record or FaultRecord())
    began = story.faults.counted.total()
    plans = [random.Random(f"{seed} {number}") for number in range(len(school.instructors))]
    async with asyncio.TaskGroup() as playing:
        classes = [
            playing.create_task(_play(stack, school, story, number, plan, spread))
            for number, plan in enumerate(plans)
        ]
        async with playing_faults(stack, seed, story.faults, pace):
            await asyncio.wait(classes, timeout=spread + _LAST_CLASS_SECONDS)
        story.note("everything is whole again")
        story.own_faults = story.faults.counted.total() - began
        if is_calm is not None:
            is_calm.set()
    return story


async def _play(
    stack: FaultyStack,
    school: SchoolUnderFaults,
    story: ClassStory,
    number: int,
    plan: random.Random,
    spread: float,
) -> None:
    await asyncio.sleep(plan.uniform(0, spread))
    try:
        await _hold(stack, school, story, number, plan)
    except* NotAnsweredError as group:
        story.unanswered += [str(error) for error in group.exceptions]


async def _hold(
    stack: FaultyStack, school: SchoolUnderFaults, story: ClassStory, number: int, plan: random.Random
) -> None:
    lasts = plan.randint(8, 14) * SECOND
    act = plan.choice(("none", "extend", "end", "extend and end", "cancel", "move", "move and cancel", "add"))
    rival = plan.choice(("", "", "instructor", "student"))
    played = await _book(school, story, number, lasts, rival, plan)
    story.note(f"class {number} is {played.id}, {act}")
    await _change_before(school, story, played, act, plan)
    if played.accepted("cancel"):
        return
    lasts = played.ends_at - played.starts_at
    stays = {role: plan.uniform(0.3, 1.0) for role in played.people} | {Role.INSTRUCTOR: 1.0}
    comes_back = {role: plan.random() < 0.3 for role in played.people}
    await _until(played.starts_at - plan.uniform(0, 2) * SECOND)
    async with asyncio.TaskGroup() as inside:
        for role in played.people:
            inside.create_task(_attend(stack, played, role, lasts * stays[role], comes_back[role]))
        await _until(played.starts_at + lasts / 2)
        await _change_during(school, story, played, act)


async def _change_before(
    school: SchoolUnderFaults, story: ClassStory, played: PlayedClass, act: str, plan: random.Random
) -> None:
    """Change a class before it begins; two changes come at once."""
    cancel = _command(school, story, played, "cancel", {"reason": "illness"})
    later = [(at + 9 * SECOND).isoformat() for at in (played.starts_at, played.ends_at)]
    move = _command(
        school, story, played, "reschedule", dict(zip(("starts_at", "ends_at"), later, strict=True))
    )
    add = _command(school, story, played, "participants", {"student_ids": [plan.choice(school.guests)]})
    wanted = {"cancel": (cancel,), "move": (move,), "move and cancel": (move, cancel), "add": (add,)}
    for unwanted in {cancel, move, add} - set(wanted.get(act, ())):
        unwanted.close()
    answers = await asyncio.gather(*wanted.get(act, ()))
    if act == "add" and answers[0].is_success:
        played.people["guest"] = answers[0].json()["participant_ids"][0]
    if played.accepted("reschedule"):
        played.starts_at, played.ends_at = (datetime.fromisoformat(at) for at in later)


async def _change_during(school: SchoolUnderFaults, story: ClassStory, played: PlayedClass, act: str) -> None:
    changes = []
    if act in ("extend", "extend and end"):
        new_end = (played.ends_at + 5 * SECOND).isoformat()
        changes.append(_command(school, story, played, "extend", {"ends_at": new_end}))
    if act in ("end", "extend and end"):
        changes.append(_command(school, story, played, "end", None))
    await asyncio.gather(*changes)


async def _book(
    school: SchoolUnderFaults,
    story: ClassStory,
    number: int,
    lasts: timedelta,
    rival: str,
    plan: random.Random,
) -> PlayedClass:
    """Book a class, and at the same moment another that wants its instructor or student; only one can be had."""
    for attempt in itertools.count():
        starts_at = datetime.now(UTC) + min(attempt + 1, _MOST_LEADS) * _LEAD
        own = _booking(school, school.instructors[number], school.students[number], starts_at, lasts)
        wanted = [own]
        if rival:
            people = {"instructor": own["instructor_id"], "student": own["student_ids"][0]}
            others = {
                "instructor": plan.choice(school.spare_instructors),
                "student": plan.choice(school.spare_students),
            } | {rival: people[rival]}
            at = starts_at + plan.uniform(0, 0.9) * lasts
            wanted.append(_booking(school, others["instructor"], others["student"], at, lasts))
        booked = await asyncio.gather(*(_book_one(school, story, body) for body in wanted))
        accepted = [one for one in booked if one]
        if accepted:
            return accepted[0]
        # Both begin too soon by now: the next ones leave more time.
    raise AssertionError("bookings are tried without end")


def _booking(
    school: SchoolUnderFaults, instructor: str, student: str, starts_at: datetime, lasts: timedelta
) -> dict[str, Any]:
    return {
        "course_id": school.course,
        "topic_ids": [school.topic],
        "instructor_id": instructor,
        "student_ids": [student],
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + lasts).isoformat(),
    }


async def _book_one(school: SchoolUnderFaults, story: ClassStory, body: dict[str, Any]) -> PlayedClass | None:
    answer = await _until_answered(school, "POST", "/v1/sessions", body, str(uuid4()))
    if not answer.is_success:
        story.note(f"booking refused: {answer.text}")
        return None
    session_id = answer.json()["id"]
    starts_at, ends_at = (datetime.fromisoformat(body[name]) for name in ("starts_at", "ends_at"))
    played = PlayedClass(session_id, school.id, starts_at, ends_at, {})
    story.classes.append(played)
    people = await _until_answered(school, "GET", f"/v1/sessions/{session_id}/participants")
    played.people |= {one["role"]: one.get("participant_id") or one["id"] for one in people.json()}
    return played


async def _command(
    school: SchoolUnderFaults, story: ClassStory, played: PlayedClass, command: str, body: Any
) -> httpx.Response:
    answer = await _until_answered(school, "POST", f"/v1/sessions/{played.id}/{command}", body, str(uuid4()))
    story.note(f"{command} of {played.id}: {answer.status_code}")
    if answer.is_success:
        played.commands.append((command, body))
    else:
        played.refused.append(f"{command}: {answer.text}")
    return answer


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
    stack: FaultyStack, played: PlayedClass, role: str, stays: timedelta, comes_back: bool
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
    stack: FaultyStack, played: PlayedClass, role: str, who: str, goes_at: datetime
) -> Visit | None:
    minter = TokenMinter(stack.livekit.api_key, stack.livekit.api_secret)
    as_role = Role.INSTRUCTOR if role == Role.INSTRUCTOR else Role.STUDENT
    token = minter.mint(as_role, UUID(played.id), identity_of(UUID(who)))
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


async def finish(school: SchoolUnderFaults, story: ClassStory, within: timedelta = 120 * SECOND) -> None:
    """Approve the drafts, until every class is final or the time is over: then nothing moves any more."""
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
                path = "documentation/approve"
                if (await _command(school, story, played, path, {"revision": revision})).is_success:
                    approved.add(played.id)
        if all(played.state in _FINAL for played in story.classes):
            return
        await asyncio.sleep(1)


async def _until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
