"""Rows of the live board: presence, quality, recording, transcript lag and reasons for attention."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.cases.kinds import ExceptionKind, Severity
from domain.people.roles import Role
from domain.presence.events import EventKind
from domain.presence.live_status import ConnectionStatus, RoomStatus
from domain.sessions.board import (
    INSTRUCTOR_GRACE,
    RECORDER_GRACE,
    TRANSCRIPT_GRACE,
    BoardFilter,
    BookedParticipant,
    Group,
    Recording,
    SessionFacts,
    SessionRow,
    TranscriptProgress,
    board_row,
    sorted_rows,
    transcript_lag,
)
from domain.sessions.headline import VERY_SOON, OpenCase, Reason
from domain.sessions.states import SessionState
from tests.domain.live_statuses import connections
from tests.domain.session_events import T0, at, event, joined, left

pytestmark = pytest.mark.unit

S = SessionState
ADA, NOOR, LEO, GUEST = (UUID(int=number) for number in range(1, 5))
PEOPLE = (
    BookedParticipant(ADA, "Ada Okafor", Role.INSTRUCTOR),
    BookedParticipant(NOOR, "Noor Haddad", Role.STUDENT),
    BookedParticipant(LEO, "Léo Lindqvist", Role.STUDENT),
    BookedParticipant(GUEST, "Sam", Role.OBSERVER),
)
RECORDED = RoomStatus(capture_started_at=at(-5))
SECOND = timedelta(seconds=1)


def facts(**changes: Any) -> SessionFacts:
    """A scheduled class that starts at T0."""
    base = SessionFacts(
        id=UUID(int=9),
        title="Adding fractions",
        course="Mathematics",
        course_id=UUID(int=7),
        instructor_id=UUID(int=8),
        instructor="Ada Okafor",
        region="local",
        starts_at=T0,
        ends_at=at(1800),
        time_zone="Europe/Madrid",
        state=S.SCHEDULED,
        live_at=None,
        people=PEOPLE,
    )
    return replace(base, **changes)


def present(*people: UUID, quality: str | None = None) -> tuple[ConnectionStatus, ...]:
    events = [joined(str(one), f"PA_{one.int}", 0) for one in people]
    if quality:
        events += [event(EventKind.QUALITY, 5, str(people[-1]), None, level=quality)]
    return connections(events)


def live(**changes: Any) -> SessionFacts:
    """A live class without problems."""
    values: dict[str, Any] = {
        "state": S.LIVE,
        "live_at": T0,
        "connections": present(ADA, NOOR, LEO),
        "room": RECORDED,
        "capturing": True,
    }
    return facts(**values | changes)


def case(kind: ExceptionKind, severity: Severity, due: float = 600) -> OpenCase:
    return OpenCase(UUID(int=6), kind, severity, "ops", at(due))


@pytest.mark.parametrize("state", S)
def test_every_state_is_in_a_group(state: SessionState) -> None:
    group = board_row(facts(state=state), T0).group
    assert (group == Group.RUNNING) == (state in (S.OPEN, S.LIVE, S.ENDING))
    assert (group == Group.COMING) == (state == S.SCHEDULED)


def test_a_class_without_problems_needs_no_attention() -> None:
    row = board_row(live(), at(60))
    assert row.attention == ()
    assert (row.present, row.expected) == (3, 3)
    assert row.recording == Recording.ON
    assert row.changes_at == at(1800) - VERY_SOON


def test_only_expected_participants_are_counted_but_all_are_listed() -> None:
    row = board_row(live(connections=present(ADA, GUEST)), at(60))
    assert (row.present, row.expected) == (1, 3)
    assert [person.name for person in row.people if person.present] == ["Ada Okafor", "Sam"]


def test_the_worst_quality_of_those_present_is_the_rows_quality() -> None:
    good, bad = present(ADA, quality="excellent"), present(NOOR, quality="poor")
    row = board_row(live(connections=good + bad), at(60))
    assert row.quality == "poor"
    assert Reason.POOR_CONNECTION in row.attention
    (left_since,) = connections([joined(str(NOOR), "PA_9", 0), left(str(NOOR), "PA_9", 50)])
    row = board_row(live(connections=(*good, left_since, bad[1])), at(60))
    assert row.quality == "excellent"
    assert row.attention == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"room": RoomStatus()},
        {"room": RoomStatus(capture_started_at=at(-5), capture_ended_at=at(30))},
        {"capturing": False},
    ],
)
def test_an_unrecorded_class_needs_attention_after_the_grace_period(changes: dict[str, Any]) -> None:
    late = T0 + RECORDER_GRACE
    at_once, then = board_row(live(**changes), late - SECOND), board_row(live(**changes), late)
    assert at_once.recording == then.recording == Recording.OFF
    assert Reason.NOT_RECORDED not in at_once.attention
    assert at_once.changes_at == late
    assert Reason.NOT_RECORDED in then.attention


def test_before_and_after_the_class_nothing_has_to_be_recorded() -> None:
    for state in set(S) - {S.LIVE}:
        assert board_row(facts(state=state), at(60)).recording == Recording.NONE
    early = live(state=S.OPEN, live_at=None)
    assert board_row(early, at(-60)).recording == Recording.ON
    assert board_row(live(state=S.OPEN, live_at=None, room=RoomStatus()), at(-60)).recording == Recording.NONE


def test_an_empty_room_is_neither_recorded_nor_behind_with_its_transcript() -> None:
    waits = TranscriptProgress(at(0), at(60), at(30), waiting=True)
    empty = live(connections=(), transcribing=waits)
    assert board_row(empty, at(600)).recording == Recording.NONE
    assert board_row(empty, at(600)).attention == (Reason.INSTRUCTOR_MISSING,)


def test_a_class_that_is_recorded_again_says_so_whatever_its_cases_say() -> None:
    row = board_row(live(cases=(case(ExceptionKind.RECORDING_MISSING, Severity.CRITICAL),)), at(60))
    assert row.recording == Recording.ON


@pytest.mark.parametrize("state", [S.SCHEDULED, S.OPEN, S.LIVE])
def test_a_missing_instructor_needs_attention_until_the_planned_end(state: SessionState) -> None:
    late = T0 + INSTRUCTOR_GRACE
    waiting = live(state=state, connections=present(NOOR))
    assert Reason.INSTRUCTOR_MISSING not in board_row(waiting, late - SECOND).attention
    assert Reason.INSTRUCTOR_MISSING in board_row(waiting, late).attention
    assert Reason.INSTRUCTOR_MISSING not in board_row(waiting, at(1800)).attention
    attended = live(state=state, connections=present(ADA))
    assert Reason.INSTRUCTOR_MISSING not in board_row(attended, late).attention


def test_a_room_that_did_not_open_in_time_needs_attention() -> None:
    assert board_row(facts(), T0 - SECOND).attention == ()
    assert board_row(facts(), T0 - SECOND).changes_at == T0
    assert board_row(facts(), T0).attention == (Reason.ROOM_NOT_OPEN,)


def test_cases_are_sorted_by_severity_and_urgent_ones_need_attention() -> None:
    gap = case(ExceptionKind.RECORDING_GAP, Severity.NORMAL)
    lost = case(ExceptionKind.ROOM_LOST, Severity.CRITICAL)
    row = board_row(facts(state=S.CLOSED, cases=(gap, lost)), at(60))
    assert row.cases == (lost, gap)
    assert row.severity == Severity.CRITICAL
    assert row.attention == (Reason.EXCEPTION,)
    quiet = board_row(facts(state=S.CLOSED, cases=(gap,)), at(60))
    assert (quiet.severity, quiet.attention) == (Severity.NORMAL, ())


def test_the_transcript_lag_of_a_live_class_grows_while_audio_waits() -> None:
    waiting = live(transcribing=TranscriptProgress(at(0), at(60), at(30), waiting=True))
    assert transcript_lag(waiting, at(61)) == timedelta(seconds=31)
    assert transcript_lag(waiting, at(100)) == timedelta(seconds=70)
    assert board_row(waiting, at(61)).lag_grows
    limit = at(30) + TRANSCRIPT_GRACE
    assert Reason.TRANSCRIPT_BEHIND not in board_row(waiting, limit).attention
    assert board_row(waiting, at(61)).changes_at == limit + SECOND
    assert Reason.TRANSCRIPT_BEHIND in board_row(waiting, limit + SECOND).attention


@pytest.mark.parametrize(
    ("progress", "state", "lag"),
    [
        (TranscriptProgress(), S.LIVE, None),
        (TranscriptProgress(at(0), at(60), at(60)), S.LIVE, 0),
        (TranscriptProgress(at(0), at(60), at(70)), S.LIVE, 0),
        (TranscriptProgress(at(0), at(30), None, waiting=True), S.LIVE, 900),
        (TranscriptProgress(at(0), at(60), at(20), waiting=True), S.DOCUMENTING, 40),
    ],
)
def test_the_transcript_lag_is_the_time_between_transcript_and_recording(
    progress: TranscriptProgress, state: SessionState, lag: float | None
) -> None:
    row = board_row(live(state=state, transcribing=progress), at(900))
    assert row.lag_seconds == lag


def rows() -> list[SessionRow]:
    return [
        board_row(facts(id=UUID(int=number), state=state, starts_at=at(start)), at(-9000))
        for number, (state, start) in enumerate(
            [(S.CLOSED, 0), (S.CLOSED, 10), (S.SCHEDULED, 30), (S.SCHEDULED, 20), (S.LIVE, 5), (S.OPEN, 1)]
        )
    ]


def test_rows_are_sorted_running_coming_finished() -> None:
    assert [row.id.int for row in sorted_rows(rows())] == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (BoardFilter(), True),
        (BoardFilter(Group.RUNNING), True),
        (BoardFilter(Group.DONE), False),
        (BoardFilter(attention=True), True),
        (BoardFilter(exceptions=True), False),
        (BoardFilter(trouble=Reason.NOT_RECORDED), True),
        (BoardFilter(trouble=Reason.INSTRUCTOR_MISSING), False),
        (BoardFilter(text="FRACTIONS"), True),
        (BoardFilter(text="leo lind"), True),
        (BoardFilter(text=" mathem "), True),
        (BoardFilter(text="Lindqvist Adding"), False),
        (BoardFilter(Group.RUNNING, attention=True, text="nobody"), False),
    ],
)
def test_rows_are_filtered_by_group_attention_and_text(wanted: BoardFilter, matches: bool) -> None:
    assert wanted.matches(board_row(live(room=RoomStatus()), at(60))) is matches
