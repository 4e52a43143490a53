"""What the board says of a session, and when it asks for somebody's attention."""

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
    Expected,
    Facts,
    Filter,
    Group,
    OpenCase,
    Reason,
    Recording,
    Row,
    Transcribing,
    board_row,
    in_order,
    transcript_lag,
)
from domain.sessions.states import SessionState
from tests.domain.facts import T0, at, event, joined, left
from tests.domain.statuses import connections

pytestmark = pytest.mark.unit

S = SessionState
ADA, NOOR, LEO, GUEST = (UUID(int=number) for number in range(1, 5))
PEOPLE = (
    Expected(ADA, "Ada Okafor", Role.INSTRUCTOR),
    Expected(NOOR, "Noor Haddad", Role.STUDENT),
    Expected(LEO, "Léo Lindqvist", Role.STUDENT),
    Expected(GUEST, "Sam", Role.OBSERVER),
)
RECORDED = RoomStatus(capture_started_at=at(-5))
SECOND = timedelta(seconds=1)


def facts(**changes: Any) -> Facts:
    """A class that is due at T0 and scheduled."""
    base = Facts(
        id=UUID(int=9),
        title="Adding fractions",
        course="Mathematics",
        starts_at=T0,
        ends_at=at(1800),
        time_zone="Europe/Madrid",
        state=S.SCHEDULED,
        live_at=None,
        people=PEOPLE,
    )
    return replace(base, **changes)


def here(*people: UUID, quality: str | None = None) -> tuple[ConnectionStatus, ...]:
    events = [joined(str(one), f"PA_{one.int}", 0) for one in people]
    if quality:
        events += [event(EventKind.QUALITY, 5, str(people[-1]), None, level=quality)]
    return connections(events)


def live(**changes: Any) -> Facts:
    """A class that runs well."""
    values: dict[str, Any] = {
        "state": S.LIVE,
        "live_at": T0,
        "connections": here(ADA, NOOR, LEO),
        "room": RECORDED,
        "capturing": True,
    }
    return facts(**values | changes)


def case(kind: ExceptionKind, severity: Severity, due: float = 600) -> OpenCase:
    return OpenCase(kind, severity, "ops", at(due))


@pytest.mark.parametrize("state", S)
def test_every_state_is_in_a_group(state: SessionState) -> None:
    group = board_row(facts(state=state), T0).group
    assert (group == Group.RUNNING) == (state in (S.OPEN, S.LIVE, S.ENDING))
    assert (group == Group.COMING) == (state == S.SCHEDULED)


def test_a_class_that_runs_well_needs_nobody() -> None:
    row = board_row(live(), at(60))
    assert row.attention == ()
    assert (row.present, row.expected) == (3, 3)
    assert row.recording == Recording.ON
    assert row.changes_at == at(1800)


def test_who_is_in_counts_those_expected_and_names_everybody() -> None:
    row = board_row(live(connections=here(ADA, GUEST)), at(60))
    assert (row.present, row.expected) == (1, 3)
    assert [person.name for person in row.people if person.present] == ["Ada Okafor", "Sam"]


def test_the_worst_quality_of_those_present_counts() -> None:
    good, bad = here(ADA, quality="excellent"), here(NOOR, quality="poor")
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
        {"cases": (case(ExceptionKind.RECORDING_MISSING, Severity.CRITICAL),)},
    ],
)
def test_a_class_that_nobody_records_needs_attention_after_a_moment(changes: dict[str, Any]) -> None:
    late = T0 + RECORDER_GRACE
    at_once, then = board_row(live(**changes), late - SECOND), board_row(live(**changes), late)
    assert at_once.recording == then.recording == Recording.OFF
    assert Reason.NOT_RECORDED not in at_once.attention
    assert at_once.changes_at == late
    assert Reason.NOT_RECORDED in then.attention


def test_before_and_after_the_class_there_is_nothing_to_record() -> None:
    for state in set(S) - {S.LIVE}:
        assert board_row(facts(state=state), at(60)).recording == Recording.NONE
    assert board_row(facts(state=S.OPEN, room=RECORDED), at(-60)).recording == Recording.ON


@pytest.mark.parametrize("state", [S.SCHEDULED, S.OPEN, S.LIVE])
def test_an_instructor_who_is_not_there_is_missed_until_the_planned_end(state: SessionState) -> None:
    late = T0 + INSTRUCTOR_GRACE
    waiting = live(state=state, connections=here(NOOR))
    assert Reason.INSTRUCTOR_MISSING not in board_row(waiting, late - SECOND).attention
    assert Reason.INSTRUCTOR_MISSING in board_row(waiting, late).attention
    assert Reason.INSTRUCTOR_MISSING not in board_row(waiting, at(1800)).attention
    there = live(state=state, connections=here(ADA))
    assert Reason.INSTRUCTOR_MISSING not in board_row(there, late).attention


def test_a_room_that_did_not_open_in_time() -> None:
    assert board_row(facts(), T0 - SECOND).attention == ()
    assert board_row(facts(), T0 - SECOND).changes_at == T0
    assert board_row(facts(), T0).attention == (Reason.ROOM_NOT_OPEN,)


def test_exceptions_are_told_by_severity_and_the_urgent_need_attention() -> None:
    gap = case(ExceptionKind.RECORDING_GAP, Severity.NORMAL)
    lost = case(ExceptionKind.ROOM_LOST, Severity.CRITICAL)
    row = board_row(facts(state=S.CLOSED, cases=(gap, lost)), at(60))
    assert row.cases == (lost, gap)
    assert row.severity == Severity.CRITICAL
    assert row.attention == (Reason.EXCEPTION,)
    quiet = board_row(facts(state=S.CLOSED, cases=(gap,)), at(60))
    assert (quiet.severity, quiet.attention) == (Severity.NORMAL, ())


def test_the_transcript_of_a_running_class_is_behind_as_long_as_something_waits() -> None:
    waiting = live(transcribing=Transcribing(at(0), at(60), at(30), waiting=True))
    assert transcript_lag(waiting, at(61)) == timedelta(seconds=31)
    assert transcript_lag(waiting, at(100)) == timedelta(seconds=70)
    assert board_row(waiting, at(61)).lag_grows
    limit = at(30) + TRANSCRIPT_GRACE
    assert Reason.TRANSCRIPT_BEHIND not in board_row(waiting, limit).attention
    assert board_row(waiting, at(61)).changes_at == limit + SECOND
    assert Reason.TRANSCRIPT_BEHIND in board_row(waiting, limit + SECOND).attention


@pytest.mark.parametrize(
    ("told", "state", "lag"),
    [
        (Transcribing(), S.LIVE, None),
        (Transcribing(at(0), at(60), at(60)), S.LIVE, 0),
        (Transcribing(at(0), at(60), at(70)), S.LIVE, 0),
        (Transcribing(at(0), at(30), None, waiting=True), S.LIVE, 900),
        (Transcribing(at(0), at(60), at(20), waiting=True), S.DOCUMENTING, 40),
    ],
)
def test_how_far_the_transcript_is_behind(told: Transcribing, state: SessionState, lag: float | None) -> None:
    row = board_row(live(state=state, transcribing=told), at(900))
    assert row.lag_seconds == lag


def rows() -> list[Row]:
    return [
        board_row(facts(id=UUID(int=number), state=state, starts_at=at(start)), at(-9000))
        for number, (state, start) in enumerate(
            [(S.CLOSED, 0), (S.CLOSED, 10), (S.SCHEDULED, 30), (S.SCHEDULED, 20), (S.LIVE, 5), (S.OPEN, 1)]
        )
    ]


def test_what_runs_comes_first_then_what_comes_then_what_is_over() -> None:
    assert [row.id.int for row in in_order(rows())] == [5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (Filter(), True),
        (Filter(Group.RUNNING), True),
        (Filter(Group.DONE), False),
        (Filter(attention=True), True),
        (Filter(exceptions=True), False),
        (Filter(text="FRACTIONS"), True),
        (Filter(text="leo lind"), True),
        (Filter(text=" mathem "), True),
        (Filter(text="Lindqvist Adding"), False),
        (Filter(Group.RUNNING, attention=True, text="nobody"), False),
    ],
)
def test_rows_are_found_by_group_need_and_words(wanted: Filter, matches: bool) -> None:
    assert wanted.matches(board_row(live(room=RoomStatus()), at(60))) is matches
