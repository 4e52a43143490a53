"""Slots are the starts at which no rule refuses an instructor and no student is busy, whatever is searched first."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scheduling.availability import Availability, DayHours, Hours, WeeklyHours
from domain.scheduling.candidates import Candidate, ClassToTeach, WhyNot, why_not
from domain.scheduling.slots import SlotWindow, bookable_slots, explained_slots

pytestmark = pytest.mark.unit

MONDAY = datetime(2030, 3, 25, tzinfo=UTC)  # clocks go forward in Berlin on the Sunday after it
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
ADA, BEN, STUDENT = UUID(int=1), UUID(int=2), UUID(int=3)
WANTED = ClassToTeach("Sums", "", MONDAY, MONDAY + HOUR, 1)
ANYTHING = [("Sums", "")]

quarters = st.integers(0, 9 * 96).map(lambda n: MONDAY + n * QUARTER)
spans = st.tuples(quarters, st.integers(1, 12)).map(lambda pair: (pair[0], pair[0] + pair[1] * QUARTER))
hours = st.integers(0, 20).map(lambda hour: Hours(time(hour), time(hour + 3)))
availability = st.builds(
    Availability,
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
    weekly=st.lists(st.builds(WeeklyHours, st.integers(0, 6), hours), max_size=5).map(tuple),
    days=st.lists(
        st.builds(
            DayHours,
            st.integers(0, 8).map(lambda n: (MONDAY + n * timedelta(days=1)).date()),
            st.lists(hours, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    leave=st.lists(spans, max_size=2).map(tuple),
    buffer=st.sampled_from([timedelta(), QUARTER]),
    rest=st.sampled_from([timedelta(), 8 * HOUR, 24 * HOUR]),
    most_per_day=st.sampled_from([None, 2 * HOUR]),
    most_per_week=st.sampled_from([None, 3 * HOUR]),
    booked=st.lists(spans, max_size=4).map(tuple),
    busy_elsewhere=st.lists(spans, max_size=2).map(tuple),
)
windows = st.builds(
    SlotWindow,
    first=quarters,
    until=quarters,
    length=st.sampled_from([QUARTER, HOUR]),
    step=st.sampled_from([QUARTER, timedelta(minutes=40), timedelta(hours=5)]),
)


@given(ada=availability, ben=availability, window=windows, taken=st.lists(spans, max_size=3))
def test_slots_are_the_starts_that_the_rules_of_a_booking_allow(
    ada: Availability, ben: Availability, window: SlotWindow, taken: list[tuple[datetime, datetime]]
) -> None:
    everybody = [Candidate(ADA, qualifications=ANYTHING, availability=ada)]
    everybody.append(Candidate(BEN, qualifications=ANYTHING, availability=ben))
    found = {
        slot.start: slot.instructor_ids
        for slot in bookable_slots(WANTED, window, everybody, {STUDENT: taken}, most=10_000)
    }
    explained = explained_slots(WANTED, window, everybody, {STUDENT: taken}, most=10_000)
    assert [slot.start for slot in explained] == list(window.starts())
    for slot in explained:
        one = ClassToTeach("Sums", "", slot.start, slot.end, 1)
        busy = any(start < slot.end and slot.start < end for start, end in taken)
        refused = {person.id: why for person in everybody if (why := why_not(one, person))}
        assert slot.refused == refused
        assert slot.busy_students == ((STUDENT,) if busy else ())
        able = () if busy else tuple(person.id for person in everybody if person.id not in refused)
        assert slot.instructor_ids == able == found.get(slot.start, ())
        assert slot.bookable == bool(able)


def test_a_class_may_begin_when_another_ends() -> None:
    busy = Availability(booked=((MONDAY + HOUR, MONDAY + 2 * HOUR),))
    everybody = [Candidate(ADA, qualifications=ANYTHING, availability=busy)]
    window = SlotWindow(MONDAY, MONDAY + 4 * HOUR, HOUR, HOUR)
    found = bookable_slots(WANTED, window, everybody, {}, most=2)
    assert [slot.start for slot in found] == [MONDAY, MONDAY + 2 * HOUR]


def test_who_is_not_qualified_has_no_slot() -> None:
    everybody = [Candidate(ADA, qualifications=[("Physics", "")])]
    window = SlotWindow(MONDAY, MONDAY + HOUR, HOUR, HOUR)
    assert bookable_slots(WANTED, window, everybody, {}, most=5) == []
    (slot,) = explained_slots(WANTED, window, everybody, {}, most=5)
    assert slot.refused == {ADA: (WhyNot.NOT_QUALIFIED,)}
