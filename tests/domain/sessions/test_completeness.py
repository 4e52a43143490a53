"""The share of a record that is there."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sessions.completeness import Part, RecordParts, completeness

pytestmark = pytest.mark.unit

WHOLE = RecordParts(**dict.fromkeys([part.value for part in Part], True))


def test_each_part_can_be_recorded() -> None:
    assert {field.name for field in fields(RecordParts)} == set(Part)


def test_a_class_that_was_held_should_have_everything() -> None:
    assert completeness(WHOLE, "held").share == 1
    assert completeness(WHOLE, "held").should == tuple(Part)
    assert completeness(RecordParts(), "held").missing == tuple(Part)


def test_missing_parts_are_named() -> None:
    found = completeness(RecordParts(confirmation=True, attendance=True), "held")

    assert found.have == (Part.CONFIRMATION, Part.ATTENDANCE)
    assert found.share == 0.2


def test_nobody_misses_the_transcript_of_a_class_that_was_not_held() -> None:
    assert completeness(RecordParts(confirmation=True, briefing=True), "not_held").share == 1
    assert completeness(RecordParts(confirmation=True), "cancelled").share == 1
    assert completeness(RecordParts(), "cancelled").missing == (Part.CONFIRMATION,)


@given(st.builds(RecordParts), st.sampled_from(["held", "not_held", "cancelled"]))
def test_have_and_missing_make_up_what_should_be(parts: RecordParts, outcome: str) -> None:
    found = completeness(parts, outcome)

    assert sorted([*found.have, *found.missing]) == sorted(found.should)
    assert 0 <= found.share <= 1
