"""Random acts on exceptions over a wire to Postgres that fails at random, and clocks that jump; what must hold then.

Each act is repeated until it is answered, as Temporal repeats an activity and a person a click. A seed gives the acts
and their faults.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from sqlmodel import col, select
from temporalio.client import Client

from domain.cases.following import Reason
from domain.cases.kinds import ExceptionKind
from domain.cases.states import CaseState, EntryKind
from domain.errors import HomeroomError, Unavailable
from domain.people.access import AccessRole, Principal
from models.access import Member
from models.database import Database
from models.exception_case import CaseEntry, ExceptionCase
from models.notice import Notice
from services.case_alerts import CaseAlerts
from services.cases import NewCase, acknowledge, open_case, resolve
from tests.activities.school_rows import LINKS, SchoolRows, now
from tests.faults.wire import Fault, Wire
from workflows.client import DeliveryClient

_KINDS = (ExceptionKind.ROOM_LOST, ExceptionKind.STUDENT_ABSENT, ExceptionKind.RECORDING_GAP)
_ANSWER_SECONDS = 0.7  # then the act is tried again
_MOST_ATTEMPTS = 40
_TELLINGS = (EntryKind.TOLD, EntryKind.ESCALATED, EntryKind.REMINDED)
_CLOCK = "clock_jumps"
_FAULTY = [fault for fault in Fault if fault != Fault.NONE]


@dataclass
class Story:
    """What was done, and what was answered."""

    seed: int
    unanswered: int = 0  # acts that were repeated for long over a wire that works
    faults: Counter[str] = field(default_factory=Counter)
    clock: timedelta = timedelta()  # by which the clock of whoever acts is wrong
    reported: set[str] = field(default_factory=set)  # keys of reports that were answered
    commands: list[tuple[str, UUID]] = field(default_factory=list)  # that were answered

    def __str__(self) -> str:
        faults = ", ".join(f"{count} {fault}" for fault, count in sorted(self.faults.items()))
        return f"seed {self.seed}: {faults}; {len(self.reported)} reports, {len(self.commands)} commands"


async def add_staff(database: Database, organization_id: UUID) -> None:
    """Two of ops and an admin, who are told of cases."""
    async with database.tenant(organization_id) as db:
        for name, role in (("Olu", AccessRole.OPS), ("Pim", AccessRole.OPS), ("Ana", AccessRole.ADMIN)):
            address = f"{name}@{organization_id}.example"
            db.add(
                Member(
                    id=uuid4(),
                    organization_id=organization_id,
                    name=name,
                    email=address,
                    role=role,
                    created_at=now(),
                )
            )


async def play(
    school: SchoolRows,
    wire: Wire,
    faulty: Database,
    temporal: Client,
    seed: int,
    acts: int,
    *,
    faults: Counter[str] | None = None,
) -> Story:
    """Act at random on cases about the school's class. `faulty` reaches Postgres over the wire.

    `faults` counts those of other stories as well.
    """
    dice, story = random.Random(seed), Story(seed)
    faults = Counter() if faults is None else faults
    deliveries = DeliveryClient(temporal, "faults")
    alerts, steady = CaseAlerts(faulty, LINKS, deliveries), CaseAlerts(school.database, LINKS, deliveries)
    who = Principal(school.id, AccessRole.OPS, "member:1")
    for number in range(acts):
        fault = dice.choice((*_FAULTY, _CLOCK))
        story.faults[fault] += 1
        faults[fault] += 1
        if isinstance(fault, Fault):
            wire.misbehave(fault, resets_after=dice.randint(0, 6))
        story.clock = timedelta(minutes=dice.uniform(-90, 90)) if fault == _CLOCK else timedelta()
        known = await school.cases()
        case = dice.choice(known) if known else None
        match dice.choice(("report", "report", "tell", "acknowledge", "resolve")):
            case "report":
                await _report(school, faulty, wire, story, dice.choice(_KINDS), f"{seed} {number}")
            case "tell" if case:
                await _tell(school, alerts, steady, wire, story, case)
            case "acknowledge" if case:
                await _command(school, faulty, wire, story, case, "acknowledged", who)
            case "resolve" if case:
                await _command(school, faulty, wire, story, case, "resolved", who)
        wire.misbehave(Fault.NONE)
    return story


async def violations(school: SchoolRows, story: Story) -> list[str]:
    """What does not hold; empty if all does."""
    cases = await school.cases()
    async with school.database.tenant(school.id) as db:
        entries = list(await db.scalars(select(CaseEntry)))
        notices = list(await db.scalars(select(Notice).where(col(Notice.kind) == "exception")))
    found = [f"{story.unanswered} acts were not answered over a wire that works"] if story.unanswered else []
    unresolved = Counter((case.kind, case.occasion) for case in cases if case.resolved_at is None)
    found += [f"two unresolved cases of {cause}" for cause, count in unresolved.items() if count > 1]
    held = Counter(key for case in cases for key in case.reports)
    found += [f"report {key} is held {held[key]} times" for key in story.reported if held[key] != 1]
    for case in cases:
        own = Counter(entry.kind.value for entry in entries if entry.case_id == case.id)
        if own["opened"] != 1:
            found.append(f"case {case.id} was opened {own['opened']} times in its history")
        if own["told"] + own["escalated"] != case.level:
            found.append(f"case {case.id} is at step {case.level}, its history says {dict(own)}")
        if case.state.is_over != (own["resolved"] > 0):
            found.append(f"case {case.id} is {case.state}, its history says {dict(own)}")
        if not case.owner or not case.due_at:
            found.append(f"case {case.id} has no owner or due time")
    told = sum(int(entry.detail["people"]) for entry in entries if entry.kind in _TELLINGS)
    if told != len(notices):
        found.append(f"{len(notices)} messages were written, the histories say {told}")
    for done, case_id in story.commands:
        if not any(entry.case_id == case_id and entry.kind == done for entry in entries):
            found.append(f"{done} was answered for {case_id} and has no effect")
    return found


async def _report(
    school: SchoolRows, faulty: Database, wire: Wire, story: Story, kind: ExceptionKind, key: str
) -> None:
    new = NewCase.about_session(school.id, school.session.session_id, kind, "", {}, key)

    async def act() -> None:
        async with faulty.tenant(school.id) as db:
            await open_case(db, new, now() + story.clock)

    if not await _until_answered(act, wire):
        story.unanswered += 1
        return
    story.reported.add(key)


async def _tell(
    school: SchoolRows, faulty: CaseAlerts, steady: CaseAlerts, wire: Wire, story: Story, case: ExceptionCase
) -> None:
    """Tell the next in line, if there is one, as the workflow of the case does after a look at it."""
    seen = await steady.look(school.id, case.id, now())
    if seen.level >= seen.levels:
        return
    reason = Reason.OPENED if seen.level == 0 else Reason.ESCALATED

    async def act() -> None:
        await faulty.tell(school.id, case.id, reason, seen.level, 0, now() + story.clock)

    if not await _until_answered(act, wire):
        story.unanswered += 1
        return


async def _command(
    school: SchoolRows,
    faulty: Database,
    wire: Wire,
    story: Story,
    case: ExceptionCase,
    done: str,
    who: Principal,
) -> None:
    async def act() -> None:
        async with faulty.tenant(school.id) as db:
            if done == "resolved":
                await resolve(db, who, case.id, "done", now() + story.clock)
            else:
                await acknowledge(db, who, case.id, now() + story.clock)

    allowed = case.state in (CaseState.OPEN,) or (done == "resolved" and not case.state.is_over)
    if not await _until_answered(act, wire):
        story.unanswered += 1
        return
    if allowed:
        story.commands.append((done, case.id))


async def _until_answered(act: Callable[[], Awaitable[None]], wire: Wire) -> bool:
    """Repeat an act until it is answered; a refusal is an answer. The wire recovers after two attempts.

    Returns whether it was answered.
    """
    for attempt in range(_MOST_ATTEMPTS):
        if attempt == 2:
            wire.misbehave(Fault.NONE)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await act()
        except (Unavailable, TimeoutError):
            continue
        except HomeroomError:
            pass
        return True
    return False
