"""What must hold after classes were held under faults."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta
from uuid import UUID

from domain.cases.kinds import ExceptionKind
from domain.intervals import Interval, difference, intersection, merged, total_seconds
from domain.record.artefacts import Artefact, ArtefactState
from domain.sessions.states import FINAL_STATES
from models.database import Database
from models.exception_case import ExceptionCase
from models.record import AttendanceRow
from models.session import Session
from tests.faults import notice_checks, school_checks
from tests.faults.class_story import ClassStory, PlayedClass, Visit
from tests.faults.faulty_stack import FaultyStack
from tests.faults.snapshot import Snapshot, take_snapshot

_SLACK = timedelta(seconds=1)  # LiveKit's times are whole seconds
# Whoever is there between two looks of the watch, and whose webhooks are lost, may be missed for so long.
_MAY_BE_MISSED = timedelta(seconds=12)
_SETTLES = 240.0  # seconds in which what waits for its next attempt gets it
_SECOND_LOOK_SECONDS = 5.0
_WORTH_A_CASE = 16.0  # seconds of a class without a recording
_WATCHES = ("worker", "postgres", "temporal", "livekit", "webhooks", "api")  # what a sighting needs
_RECORDING = (
    ExceptionKind.RECORDING_MISSING,
    ExceptionKind.RECORDING_GAP,
    ExceptionKind.TRACK_NOT_SUBSCRIBED,
    ExceptionKind.RECORDING_AT_RISK,
    ExceptionKind.RECORDING_LATE,
    ExceptionKind.STEP_FAILED,
)
_TRANSCRIPT = (
    *_RECORDING,
    ExceptionKind.TRANSCRIPT_BEHIND,
    ExceptionKind.TRANSCRIPT_INCOMPLETE,
    ExceptionKind.TRANSCRIPT_EMPTY,
    ExceptionKind.SPEAKER_MISSING,
)
_CASES: Mapping[Artefact, tuple[ExceptionKind, ...]] = {
    Artefact.AUDIO: _RECORDING,
    Artefact.TRANSCRIPT: _TRANSCRIPT,
    Artefact.DRAFT: (*_TRANSCRIPT, ExceptionKind.DRAFT_FAILED, ExceptionKind.DOCUMENTATION_OVERDUE),
    Artefact.NOTICES: (ExceptionKind.NOTICE_UNDELIVERABLE, ExceptionKind.STEP_FAILED),
    Artefact.ATTENDANCE: (ExceptionKind.STEP_FAILED, ExceptionKind.RECORD_UNFINISHED),
}
_INCOMPLETE = (ArtefactState.MISSING, ArtefactState.PARTIAL, ArtefactState.EMPTY)


async def violations(stack: FaultyStack, story: ClassStory) -> list[str]:
    """What does not hold, also at a second look; empty if all does."""
    taken = await settled(stack, story)
    if found := _found(stack, story, taken):
        await asyncio.sleep(_SECOND_LOOK_SECONDS)  # the first may have read rows of two moments
        taken = await settled(stack, story)
        again = _found(stack, story, taken)
        found = [what for what in again if what in found]
    return found + await school_checks.workflow_violations(stack.temporal, taken)


def _found(stack: FaultyStack, story: ClassStory, taken: Snapshot) -> list[str]:
    found = [*story.unanswered, *school_checks.violations(story, taken)]
    found += notice_checks.violations(story, taken, stack.wires["smtp"])
    for played in story.classes:
        if session := taken.sessions.get(UUID(played.id)):
            found += [f"class {played.id}: {what}" for what in _of_class(taken, story, played, session)]
    return found


async def settled(stack: FaultyStack, story: ClassStory) -> Snapshot:
    """The school when nothing waits any more for its turn; as it is after a while, if something does."""
    until = asyncio.get_running_loop().time() + _SETTLES
    async with aclosing(Database(stack.urls.application)) as database:
        while True:
            taken = await take_snapshot(database, stack.mail, stack.temporal, story.organization_id)
            waits = taken.waiting() or taken.unfollowed() or taken.unlisted()
            if not waits or asyncio.get_running_loop().time() > until:
                return taken
            await asyncio.sleep(1)


def _of_class(taken: Snapshot, story: ClassStory, played: PlayedClass, session: Session) -> Iterable[str]:
    if session.state not in FINAL_STATES:
        yield f"is stuck in {session.state}"
        return
    yield from _commands(taken, played, session)
    if session.outcome == "held":
        yield from attendance_violations(taken, story, played, session)
        yield from _record(taken, played, session)
    elif played.visits and session.live_at is None and session.state == "closed":
        yield "was attended and counts as not held"


def _commands(taken: Snapshot, played: PlayedClass, session: Session) -> Iterable[str]:
    """Every command that was answered has its effect."""
    for command, body in played.commands:
        match command:
            case "cancel" if session.state != "cancelled":
                yield "was cancelled and is not"
            case "reschedule" if session.starts_at != datetime.fromisoformat(body["starts_at"]):
                yield f"was moved to {body['starts_at']} and starts at {session.starts_at}"
            case "extend" if session.ends_at != datetime.fromisoformat(body["ends_at"]):
                yield f"was extended to {body['ends_at']} and ends at {session.ends_at}"
            case "end" if session.ended_at is None or session.ended_at > session.ends_at:
                yield f"was ended and ended at {session.ended_at}"
            case "participants":
                own = [one for one in taken.participants if one.session_id == session.id and one.in_class]
                if {str(one.student_id) for one in own}.isdisjoint(body["student_ids"]):
                    yield f"does not have the student {body['student_ids']} who was added"
            case "documentation/approve":
                document = taken.documents.get(session.id)
                if document is None or document.approved_at is None:
                    yield "was approved and is not"
    if session.state == "cancelled" and not played.accepted("cancel"):
        yield f"is cancelled, and nobody did it: {session.cancel_reason}"


def attendance_violations(
    taken: Snapshot, story: ClassStory, played: PlayedClass, session: Session
) -> Iterable[str]:
    """To the second where LiveKit's word has come; else what the watch saw. Nobody is counted twice or not at all."""
    rows = {str(row.participant_id): row for row in taken.attendance if row.session_id == session.id}
    people = [one for one in taken.participants if one.session_id == session.id]
    ended_at = session.ended_at or session.ends_at  # of connections whose end nobody has seen
    for one in people:
        row = rows.pop(str(one.id), None)
        visits = played.visits.get(str(one.id), [])
        if row is None:
            yield f"{one.role} {one.id} has no attendance"
        else:
            yield from (f"{one.role} {one.id} {what}" for what in _of_person(row, visits, story, ended_at))
    yield from (f"{who} has attendance and is not in the class" for who in rows)


def _of_person(
    row: AttendanceRow, visits: list[Visit], story: ClassStory, ended_at: datetime
) -> Iterable[str]:
    inside = merged(Interval(visit.joined_at, visit.left_at) for visit in visits)
    around = merged(Interval(visit.asked_at - _SLACK, visit.gone_at + _SLACK) for visit in visits)
    counted = merged(
        Interval(
            datetime.fromisoformat(one["joined_at"]),
            datetime.fromisoformat(one["left_at"]) if one["left_at"] else ended_at,
        )
        for one in row.connections
    )
    if abs(row.seconds - total_seconds(counted)) > 0.01:
        yield f"counts {row.seconds} s, the visits are {total_seconds(counted)} s: {row.connections}"
    may_be_missed = _MAY_BE_MISSED.total_seconds() + _blind_seconds(story, around)
    known = [one for one in row.connections if _is_announced(one)]
    for one in known:
        if not any(_is_exact(one, visit) for visit in visits):
            yield f"has a visit that was none: {one}, of {visits}"
    unknown = max(len(row.connections) - len(known), len(visits) - len(known))
    doubled = total_seconds(difference(counted, around))
    if doubled > unknown * may_be_missed:
        yield f"counts {doubled} s in which they were not there: {row.connections}, of {visits}"
    lost = total_seconds(difference(inside, counted))
    if lost > 2 * _SLACK.total_seconds() * len(visits) + unknown * may_be_missed:
        yield f"misses {lost} s of {total_seconds(inside)} s: {row.connections}, of {visits}"
    if len(row.connections) > len(visits):
        yield f"was there {len(visits)} times, counted {len(row.connections)}"


def _blind_seconds(story: ClassStory, around: tuple[Interval, ...]) -> float:
    """For how long a server or process was out of order that a sighting needs."""
    outages = [Interval(one.since, one.until) for one in story.faults.outages if one.what in _WATCHES]
    return total_seconds(intersection(outages, around))


def _is_announced(connection: dict[str, str]) -> bool:
    return connection["joined_by"] == connection["left_by"] == "announced"


def _is_exact(connection: dict[str, str], visit: Visit) -> bool:
    joined, left = (datetime.fromisoformat(connection[name]) for name in ("joined_at", "left_at"))
    return (
        visit.asked_at - _SLACK <= joined <= visit.joined_at + _SLACK
        and visit.left_at - _SLACK <= left <= visit.gone_at + _SLACK
    )


def _record(taken: Snapshot, played: PlayedClass, session: Session) -> Iterable[str]:
    """Each artefact of a class is complete, or a case says what is missing; nothing is left in between."""
    cases = taken.cases_of(session.id)
    for artefact in taken.artefacts[session.id]:
        if not artefact.state.is_terminal and not _is_held_back(taken, session, artefact.artefact):
            yield f"its {artefact.artefact} is {artefact.state}: {artefact.reason}"
        if artefact.state in _INCOMPLETE and not _any_of(cases, _CASES[artefact.artefact]):
            yield f"its {artefact.artefact} is {artefact.state} ({artefact.reason}) without a case"
    segments = [one for one in taken.segments if one.session_id == session.id]
    if session.live_at and session.ended_at:
        stored = [
            Interval(one.started_at, one.started_at + timedelta(seconds=one.samples / one.sample_rate))
            for one in segments
        ]
        visits = [visit for own in played.visits.values() for visit in own]
        occupied = intersection(
            [Interval(visit.joined_at, visit.left_at) for visit in visits],
            [Interval(session.live_at, session.ended_at)],
        )
        longest = max((total_seconds([gap]) for gap in difference(occupied, stored)), default=0.0)
        if longest > _WORTH_A_CASE and not _any_of(cases, _RECORDING):
            yield f"had people and was not recorded for {longest:.0f} s, and has no case"
        if not stored and total_seconds(occupied) > _WORTH_A_CASE and not _any_of(cases, _RECORDING):
            yield "had people and has no recording and no case"
    if any(not one.transcribed for one in segments) and not _any_of(cases, _TRANSCRIPT):
        yield "has audio that is not transcribed, and no case"
    if segments and session.id not in taken.documents and not _any_of(cases, _CASES[Artefact.DRAFT]):
        yield "has no documentation and no case"


def _is_held_back(taken: Snapshot, session: Session, artefact: Artefact) -> bool:
    """Whether messages of the class are to be sent later."""
    own = [row for row in taken.notices if row.session_id == session.id and row.waits]
    return artefact == Artefact.NOTICES and bool(own) and all(row.send_after > taken.taken_at for row in own)


def _any_of(cases: Iterable[ExceptionCase], kinds: Iterable[ExceptionKind]) -> bool:
    return any(case.kind in tuple(kinds) for case in cases)
