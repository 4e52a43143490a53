"""Fake activities that log each call and fail on request.

Capture and transcription end at once by default: the server skips no time while an activity runs.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from temporalio import activity

from domain.errors import HomeroomError, Unavailable
from workflows.contracts.common import SessionRef, StepInput
from workflows.contracts.notices import CaseInput, Cases, NoticeInput, NoticeResult, Notices
from workflows.contracts.record import (
    ApproveInput,
    Capture,
    CaptureInput,
    CaptureResult,
    ChangesInput,
    CloseInput,
    CloseResult,
    DocumentationSteps,
    DraftInput,
    DraftResult,
    Records,
    TranscribeInput,
    TranscribeResult,
    Transcription,
)
from workflows.contracts.rooms import (
    Arrivals,
    CloseRoomInput,
    DisconnectInput,
    InstructorDue,
    RoomOpened,
    Rooms,
    RoomWatch,
    WatchInput,
)
from workflows.contracts.sessions import (
    AddPeopleInput,
    BookInput,
    BookResult,
    CancelInput,
    MoveInput,
    PeopleResult,
    RemovePeopleInput,
    Sessions,
)
from workflows.contracts.substitutions import (
    SearchState,
    StartedSubstitution,
    StartSubstitutionInput,
    SubstitutionRef,
    Substitutions,
)
from workflows.failures import application_error


@dataclass
class World:
    """The log of the calls, and what should fail."""

    calls: list[str] = field(default_factory=list)
    failing: dict[str, HomeroomError | Exception] = field(default_factory=dict)
    failing_once: dict[str, HomeroomError] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)  # calls that fail with Unavailable while they are in the set
    recorder_stays: bool = False  # until it is cancelled
    transcriber_stays: bool = False  # until it is cancelled
    quiet_until: dict[str, datetime] = field(default_factory=dict)  # notices that are held until then
    is_occupied: bool = False  # the room, as the media server says it
    utterances: int = 3
    cases: list[CaseInput] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    state_at: dict[str, str] = field(default_factory=dict)  # the state that each call wrote first
    gates: dict[str, asyncio.Event] = field(default_factory=dict)  # calls that end when their gate is opened
    refused_at_gate: dict[str, HomeroomError] = field(default_factory=dict)  # what their calls then fail with
    drafts: list[DraftInput] = field(default_factory=list)
    notices: list[NoticeInput] = field(default_factory=list)
    searches: list[SearchState] = field(default_factory=list)  # what each look at a substitution finds
    added: list[UUID] = field(default_factory=list)  # students, whose ids are those of their participants too
    changed: dict[str, PeopleResult] = field(default_factory=dict)  # by update
    answers_lost: set[str] = field(
        default_factory=set
    )  # activities whose next attempt takes effect and fails

    async def note(self, call: str, step: StepInput | None = None) -> None:
        self.calls.append(call)
        if step:
            self.states.append(step.progress.state)
            self.state_at[call] = step.progress.state
            if step.progress.state_after:
                self.states.append(step.progress.state_after)
        error = self.failing.get(call) or self.failing.get(call.partition(":")[0])
        if isinstance(error, HomeroomError):
            raise application_error(error)
        if error:
            raise error
        if call in self.away:
            raise application_error(Unavailable("it does not answer"))
        if once := self.failing_once.pop(call, None):
            raise application_error(once)
        if gate := self.gates.get(call):
            await gate.wait()
            if refusal := self.refused_at_gate.pop(call, None):
                raise application_error(refusal)

    def answer(self, activity_name: str, result: PeopleResult) -> PeopleResult:
        if activity_name in self.answers_lost:
            self.answers_lost.remove(activity_name)
            raise application_error(Unavailable("the answer is lost"))
        return result


class _Sessions(Sessions):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="book_session")
    async def book(self, booking: BookInput) -> BookResult:
        await self._world.note("book")
        return BookResult(1 + len(booking.student_ids))

    @activity.defn(name="move_session")
    async def move(self, move: MoveInput) -> None:
        await self._world.note("move", move)

    @activity.defn(name="cancel_session")
    async def cancel(self, cancel: CancelInput) -> None:
        await self._world.note("cancel_session", cancel)

    @activity.defn(name="add_people")
    async def add_people(self, added: AddPeopleInput) -> PeopleResult:
        world = self._world
        if added.update_id not in world.changed:
            new = tuple(key for key in added.student_ids if key not in world.added)
            world.added += new
            await world.note(f"add_people:{len(new)}{':room' if added.has_room else ''}", added)
            world.changed[added.update_id] = PeopleResult(new, new)
        return world.answer("add_people", world.changed[added.update_id])

    @activity.defn(name="remove_people")
    async def remove_people(self, removed: RemovePeopleInput) -> PeopleResult:
        world = self._world
        if removed.update_id not in world.changed:
            gone = tuple(key for key in removed.participant_ids if key in world.added)
            world.added = [key for key in world.added if key not in gone]
            await world.note(f"remove_people:{len(gone)}", removed)
            world.changed[removed.update_id] = PeopleResult(gone, gone)
        return world.answer("remove_people", world.changed[removed.update_id])

    @activity.defn(name="record_progress")
    async def record_progress(self, step: StepInput) -> None:
        await self._world.note("progress", step)


class _Rooms(Rooms):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="open_room")
    async def open_room(self, step: StepInput) -> RoomOpened:
        await self._world.note("open_room", step)
        return RoomOpened(3)

    @activity.defn(name="disconnect_people")
    async def disconnect(self, people: DisconnectInput) -> None:
        await self._world.note("disconnect", people)

    @activity.defn(name="reopen_room")
    async def reopen_room(self, step: StepInput) -> RoomOpened:
        await self._world.note("reopen_room", step)
        return RoomOpened(3)

    @activity.defn(name="close_room")
    async def close_room(self, close: CloseRoomInput) -> None:
        await self._world.note(f"close_room:{close.reason}", close)

    @activity.defn(name="is_room_occupied")
    async def is_occupied(self, session: SessionRef) -> bool:
        await self._world.note("look_into_room")
        return self._world.is_occupied


class _Arrivals(Arrivals):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="look_for_instructor")
    async def look_for_instructor(self, due: InstructorDue) -> bool:
        await self._world.note("look_for_instructor")
        return False


class _Notices(Notices):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="send_notices")
    async def send(self, notice: NoticeInput) -> NoticeResult:
        self._world.notices.append(notice)
        await self._world.note(f"notice:{notice.kind}{notice.occasion and ':'}{notice.occasion}", notice)
        if held_until := self._world.quiet_until.pop(notice.kind, None):
            return NoticeResult(2, 1, 0, 1, held_until)
        return NoticeResult(2, 2, 0)


class _Cases(Cases):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="open_case")
    async def open_case(self, case: CaseInput) -> None:
        self._world.cases.append(case)
        await self._world.note(f"case:{case.kind}")


class _Substitutions(Substitutions):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="start_substitution")
    async def start(self, request: StartSubstitutionInput) -> StartedSubstitution:
        await self._world.note(f"start_substitution:{request.number}")
        return StartedSubstitution(uuid4())

    @activity.defn(name="advance_substitution")
    async def advance(self, ref: SubstitutionRef) -> SearchState:
        await self._world.note("advance_substitution")
        return self._world.searches.pop(0)


class _Documentation(DocumentationSteps):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="draft_documentation")
    async def draft(self, draft: DraftInput) -> DraftResult:
        self._world.drafts.append(draft)
        await self._world.note("draft", draft)
        return DraftResult(5, 0, 1)

    @activity.defn(name="approve_documentation")
    async def approve(self, approval: ApproveInput) -> None:
        await self._world.note("approve")

    @activity.defn(name="request_changes")
    async def request_changes(self, changes: ChangesInput) -> None:
        await self._world.note("request_changes")


class _Records(Records):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="file_records")
    async def file(self, step: StepInput) -> None:
        await self._world.note("file", step)

    @activity.defn(name="prepare_next_briefing")
    async def prepare_next_briefing(self, step: StepInput) -> None:
        await self._world.note("next_briefing", step)

    @activity.defn(name="close_session")
    async def close(self, close: CloseInput) -> CloseResult:
        await self._world.note(f"close:{close.outcome}", close)
        return CloseResult(1.0, ())


class _Capture(Capture):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="capture_class")
    async def capture(self, capture: CaptureInput) -> CaptureResult:
        await self._world.note("capture")
        if self._world.recorder_stays:
            await _work_until_cancelled()
            await self._world.note("recorder cancelled")
        return CaptureResult(4, 120.0, 0.0)


class _Transcription(Transcription):
    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name="transcribe_class")
    async def transcribe(self, transcribe: TranscribeInput) -> TranscribeResult:
        await self._world.note("transcribe")
        if self._world.transcriber_stays:
            await _work_until_cancelled()
        return TranscribeResult(self._world.utterances, 40, 4)


async def _work_until_cancelled() -> None:
    with suppress(asyncio.CancelledError):
        while True:
            activity.heartbeat()
            await asyncio.sleep(0.2)


class QuickWatch(RoomWatch):
    """A watch that ends at once."""

    @activity.defn(name="watch_rooms")
    async def watch(self, watch: WatchInput) -> None:
        return None


def session_activities(world: World) -> Sequence[Callable[..., Any]]:
    booking, rooms, substitution, documentation, records = (
        _Sessions(world),
        _Rooms(world),
        _Substitutions(world),
        _Documentation(world),
        _Records(world),
    )
    return [
        booking.book,
        booking.move,
        booking.cancel,
        booking.add_people,
        booking.remove_people,
        booking.record_progress,
        rooms.open_room,
        rooms.reopen_room,
        rooms.close_room,
        rooms.disconnect,
        rooms.is_occupied,
        _Arrivals(world).look_for_instructor,
        _Notices(world).send,
        _Cases(world).open_case,
        substitution.start,
        substitution.advance,
        documentation.draft,
        documentation.approve,
        documentation.request_changes,
        records.file,
        records.prepare_next_briefing,
        records.close,
    ]


def capture_activities(world: World) -> Sequence[Callable[..., Any]]:
    return [_Capture(world).capture]


def transcription_activities(world: World) -> Sequence[Callable[..., Any]]:
    return [_Transcription(world).transcribe]
