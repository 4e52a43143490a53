"""A class that is moved begins a new occurrence, for which nothing counts that happened before."""

import pytest

from domain.people.roles import Role
from domain.presence.attendance import fold_attendance
from domain.presence.events import SessionEvent
from domain.presence.milestones import Milestone, new_milestones, presence_of
from domain.presence.occurrences import as_signalled, events_since, milestones_of
from tests.domain.session_events import at, joined, left, remade, seen

pytestmark = pytest.mark.unit

ROLES = {"iris": Role.INSTRUCTOR, "ana": Role.STUDENT}
MOVED = 300
STARTS = 900


def test_all_events_belong_to_a_class_that_was_never_moved() -> None:
    events = [joined("iris", "PA_1", 10), remade(20)]
    assert events_since(events, None) == events


@pytest.mark.parametrize(
    "late",
    [left("iris", "PA_1", MOVED + 20), seen("iris", "PA_1", MOVED + 20, since=10)],
    ids=["left", "seen"],
)
def test_a_connection_from_before_the_move_is_no_evidence_whatever_comes_of_it_later(
    late: SessionEvent,
) -> None:
    events = [joined("iris", "PA_1", 10), late, joined("ana", "PA_2", MOVED + 30)]
    assert fold_attendance(events_since(events, at(MOVED)), until=None).keys() == {"ana"}


def test_a_join_that_is_reported_after_the_move_counts_when_it_happened() -> None:
    assert events_since([seen("iris", "PA_1", MOVED + 60, since=10)], at(MOVED)) == []


def test_the_restart_of_the_earlier_room_ends_no_connection() -> None:
    events = [remade(MOVED - 1), joined("ana", "PA_1", MOVED + 1)]
    (attendance,) = fold_attendance(events_since(events, at(MOVED)), until=None).values()
    assert attendance.present


def test_milestones_of_each_occurrence_are_signalled_again() -> None:
    first = as_signalled(["instructor", "student"], 0)
    second = as_signalled(["instructor"], 1)
    assert milestones_of([*first, *second], 0) == ["instructor", "student"]
    assert milestones_of([*first, *second], 1) == ["instructor"]
    assert milestones_of([*first, *second], 2) == []
    assert milestones_of(as_signalled(["empty:2026-01-01T10:00:00+00:00"], 11), 1) == []


def first_instructor_at(*events: SessionEvent) -> object:
    attended = fold_attendance(events, until=None)
    return presence_of(
        attended, events, ROLES, expected=frozenset(ROLES), starts_at=at(STARTS)
    ).first_instructor_at


def test_an_instructor_counts_from_the_planned_start_on() -> None:
    early = joined("iris", "PA_1", 10)
    assert first_instructor_at(early) == at(STARTS), "who waits in the room"
    assert first_instructor_at(early, left("iris", "PA_1", 20)) is None, "who has only looked in"
    assert first_instructor_at(early, left("iris", "PA_1", STARTS + 20)) == at(STARTS)
    back = joined("iris", "PA_2", STARTS + 60)
    assert first_instructor_at(early, left("iris", "PA_1", 20), back) == at(STARTS + 60)
    assert first_instructor_at(joined("ana", "PA_3", STARTS + 1)) is None


def test_an_instructor_who_leaves_before_the_start_is_taken_back_and_told_again() -> None:
    signalled: list[str] = []
    told = []
    events: list[SessionEvent] = []
    for event in (
        joined("iris", "PA_1", 10),
        left("iris", "PA_1", 20),
        joined("ana", "PA_2", STARTS - 5),
        joined("iris", "PA_3", STARTS + 5),
        left("iris", "PA_3", STARTS + 50),
    ):
        events.append(event)
        attended = fold_attendance(events, until=None)
        presence = presence_of(attended, events, ROLES, expected=frozenset(), starts_at=at(STARTS))
        new = new_milestones(signalled, presence, event.occurred_at)
        signalled += new
        told += [m for m in new if m in (Milestone.INSTRUCTOR_JOINED, Milestone.INSTRUCTOR_LEFT)]
    assert told == [Milestone.INSTRUCTOR_JOINED, Milestone.INSTRUCTOR_LEFT, Milestone.INSTRUCTOR_JOINED]
