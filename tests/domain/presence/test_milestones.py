"""Presence counts, and milestones, each of which is signalled to the workflow once."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.people.roles import Role
from domain.presence.attendance import fold_attendance
from domain.presence.events import SessionEvent
from domain.presence.milestones import (
    MOST_AT_ONCE,
    SETTLED,
    Milestone,
    Presence,
    new_milestones,
    presence_of,
    signalled_empty_since,
)
from tests.domain.presence.true_class import TrueClass, classes, leave
from tests.domain.session_events import absent, at, joined, left, remade

pytestmark = pytest.mark.unit

ROLES = {"iris": Role.INSTRUCTOR, "ana": Role.STUDENT, "ben": Role.STUDENT, "olga": Role.OBSERVER}
EXPECTED = frozenset({"iris", "ana", "ben"})


def fold(*events: SessionEvent) -> Presence:
    return presence_of(fold_attendance(events, until=None), events, ROLES, expected=EXPECTED)


def test_a_room_that_nobody_has_entered_is_not_empty_since_any_time() -> None:
    assert (fold().in_room, fold().empty_since, fold().ever_occupied) == (0, None, False)


def test_people_in_the_room_are_counted_by_role() -> None:
    presence = fold(
        joined("iris", "PA_1", 10),
        joined("ana", "PA_2", 5),
        joined("olga", "PA_3", 20),
        joined("stranger", "PA_4", 30),
    )

    assert (presence.instructors, presence.students, presence.observers, presence.in_room) == (1, 1, 2, 4)
    assert (presence.first_instructor_at, presence.first_student_at) == (at(10), at(5))
    assert not presence.all_expected_present


def test_all_expected_counts_people_who_have_left_again() -> None:
    events = [
        joined("iris", "PA_1", 0),
        joined("ana", "PA_2", 5),
        left("ana", "PA_2", 50),
        joined("ben", "PA_3", 60),
    ]

    assert fold(*events).all_expected_present


def test_two_connections_are_one_person() -> None:
    presence = fold(joined("ana", "PA_1", 0), joined("ana", "PA_2", 5))

    assert presence.students == 1


def test_a_room_is_empty_since_the_last_person_left() -> None:
    presence = fold(
        joined("iris", "PA_1", 0),
        joined("ana", "PA_2", 5),
        left("iris", "PA_1", 90),
        absent("ana", "PA_2", 100),
    )

    assert (presence.in_room, presence.empty_since) == (0, at(100))


def test_a_recreated_room_is_empty_since_its_recreation() -> None:
    """Otherwise a class whose last sightings are old would end because its server was restarted."""
    events = [joined("iris", "PA_1", 0), joined("ana", "PA_2", 5), remade(2400)]

    assert fold(*events).empty_since == at(2400)
    assert fold(*events, joined("ana", "PA_3", 2402)).empty_since is None
    assert fold(remade(2400)).empty_since is None


def signal_all(events: Sequence[SessionEvent]) -> list[str]:
    """The milestones signalled if they are checked after each event, as the watch does."""
    signalled: list[str] = []
    for count in range(1, len(events) + 1):
        signalled += new_milestones(signalled, fold(*events[:count]), at(0))
    return signalled


def test_a_class_with_reconnects_has_few_milestones() -> None:
    signalled = signal_all(
        [
            joined("ana", "PA_1", 0),
            joined("iris", "PA_2", 10),
            joined("ben", "PA_3", 20),
            left("ben", "PA_3", 30),
            joined("ben", "PA_4", 31),
            left("ana", "PA_1", 600),
            left("ben", "PA_4", 600),
            left("iris", "PA_2", 601),
        ]
    )

    assert signalled == ["student", "instructor", "everybody", f"empty:{at(601).isoformat()}"]


def test_a_reoccupied_room_is_signalled_after_other_milestones() -> None:
    signalled = [
        Milestone.STUDENT_JOINED,
        f"{Milestone.ROOM_EMPTY}:{at(50).isoformat()}",
        Milestone.ALL_PRESENT,
    ]
    events = [joined("ana", "PA_1", 0), left("ana", "PA_1", 50)]

    back = fold(*events, joined("ana", "PA_2", 60))
    assert new_milestones(signalled, back, at(60)) == ["occupied:3"]
    assert new_milestones([*signalled, "occupied:3"], back, at(60)) == []
    again = new_milestones([*signalled, "occupied:3"], fold(*events), at(60))
    assert again == [f"empty:{at(50).isoformat()}"]


def test_a_corrected_time_of_emptiness_is_signalled_again() -> None:
    signalled = signal_all([joined("ana", "PA_1", 0), absent("ana", "PA_1", 50), left("ana", "PA_1", 57)])

    assert signalled == ["student", f"empty:{at(50).isoformat()}", f"empty:{at(57).isoformat()}"]


@given(classes(may_crash=False), st.data())
def test_the_last_room_milestone_is_right_for_any_event_order(truth: TrueClass, data: st.DataObject) -> None:
    events = [joined(c.who, c.sid, c.start) for c in truth.connections]
    events += [leave(c) for c in truth.connections if data.draw(st.booleans())]
    disordered = data.draw(st.permutations(events))
    signalled, final = signal_all(disordered), fold(*events)

    room = [milestone for milestone in signalled if milestone.startswith(("empty", "occupied"))]
    assert bool(final.empty_since) == bool(room and room[-1].startswith("empty"))
    assert new_milestones(signalled, final, at(0)) == []
    assert all(earlier != later for earlier, later in pairwise(room))


def empty_since(second: float) -> Presence:
    return Presence(0, 0, 0, None, at(0), at(second), False)


OCCUPIED = Presence(0, 1, 0, None, at(0), None, False)
TAUGHT = Presence(1, 1, 0, at(400), at(0), None, False)


def test_flapping_phones_do_not_keep_the_arrival_of_the_instructor_from_the_workflow() -> None:
    signalled: list[str] = []
    for flap in range(1000):
        signalled += new_milestones(signalled, OCCUPIED, at(4 * flap))
        signalled += new_milestones(signalled, empty_since(4 * flap + 1), at(4 * flap + 2))
    assert len(signalled) <= 1 + 2 * MOST_AT_ONCE
    assert new_milestones(signalled, TAUGHT, at(4000)) == ["instructor"]
    assert signalled_empty_since(signalled) is None


def test_an_empty_room_is_signalled_after_any_number_of_flaps_once_it_stays_empty() -> None:
    flaps = [(f"empty:{at(flap).isoformat()}", f"occupied:{2 * flap}") for flap in range(300)]
    signalled = [word for flap in flaps for word in flap]
    assert new_milestones(signalled, empty_since(900), at(930)) == ["student"]
    assert (
        new_milestones(signalled, empty_since(900), at(900) + SETTLED)[-1] == f"empty:{at(900).isoformat()}"
    )


def test_a_later_emptiness_that_has_to_wait_withdraws_the_earlier_one() -> None:
    """Otherwise the class would end too early: the room was occupied in between."""
    flaps = [(f"occupied:{2 * flap}", f"empty:{at(flap).isoformat()}") for flap in range(MOST_AT_ONCE)]
    signalled = ["student", *(word for flap in flaps for word in flap)]
    assert new_milestones(signalled, empty_since(500), at(510)) == [f"occupied:{len(signalled)}"]


@given(st.lists(st.tuples(st.integers(0, 90), st.booleans()), max_size=300))
def test_an_occupied_room_never_counts_as_empty_and_signals_stay_few(steps: list[tuple[int, bool]]) -> None:
    signalled: list[str] = []
    second, since = 0, 0
    occupied = False
    for pause, comes in steps:
        second += pause
        since = second if occupied and not comes else since
        occupied = comes
        presence = OCCUPIED if occupied else empty_since(since)
        signalled += new_milestones(signalled, presence, at(second))
        told = signalled_empty_since(signalled)
        assert told is None or (told == at(since) and not occupied)
        if not occupied and second - since >= SETTLED.total_seconds():
            assert told == at(since)
    assert len(signalled) <= 2 + 2 * (MOST_AT_ONCE + second // SETTLED.total_seconds() + 1)


WAITING = Presence(1, 1, 0, at(9000), at(0), None, False, at(0))


def without_instructor(second: float) -> Presence:
    return Presence(0, 1, 0, None, at(0), None, False, at(second))


def test_instructor_who_comes_and_goes_before_the_start_makes_few_signals_and_is_never_missed() -> None:
    signalled: list[str] = []
    for flap in range(1000):
        signalled += new_milestones(signalled, WAITING, at(4 * flap))
        assert signalled[-1] != Milestone.INSTRUCTOR_LEFT
        signalled += new_milestones(signalled, without_instructor(4 * flap + 1), at(4 * flap + 2))
    assert len(signalled) <= 2 + 2 * MOST_AT_ONCE

    gone = without_instructor(4000)
    assert new_milestones(signalled, gone, at(4030)) == []
    assert new_milestones(signalled, gone, at(4000) + SETTLED) == [Milestone.INSTRUCTOR_LEFT]


def test_a_signal_about_others_does_not_hide_that_the_instructor_has_left() -> None:
    """It carries who is in the room, so that the return of the instructor is new to the workflow."""
    signalled = [Milestone.INSTRUCTOR_JOINED, Milestone.INSTRUCTOR_LEFT] * MOST_AT_ONCE
    signalled.append(Milestone.INSTRUCTOR_JOINED)
    told = new_milestones(signalled, without_instructor(500), at(501))
    assert told == [Milestone.INSTRUCTOR_LEFT, Milestone.STUDENT_JOINED]
    assert new_milestones([*signalled, *told], WAITING, at(502)) == [Milestone.INSTRUCTOR_JOINED]
