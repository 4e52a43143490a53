"""Which parts of a record are required, present and missing."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sessions.completeness import Part, RecordParts, completeness

pytestmark = pytest.mark.unit

WHOLE = RecordParts(**dict.fromkeys([part.value for part in Part], True))


def test_record_parts_has_a_field_for_every_part() -> None:
    assert {field.name for field in fields(RecordParts)} == set(Part)


def test_a_class_that_was_held_requires_every_part() -> None:
    assert completeness(WHOLE, "held").share == 1
    assert completeness(WHOLE, "held").required == tuple(Part)
    assert completeness(RecordParts(), "held").missing == tuple(Part)


def test_missing_parts_are_named() -> None:
    result = completeness(RecordParts(confirmation=True, attendance=True), "held")

    assert result.have == (Part.CONFIRMATION, Part.ATTENDANCE)
    assert result.share == 0.2


def test_a_class_that_was_not_held_requires_no_transcript() -> None:
    assert completeness(RecordParts(confirmation=True, briefing=True), "not_held").missing == ()
    assert completeness(RecordParts(confirmation=True), "cancelled").missing == ()
    assert completeness(RecordParts(), "cancelled").missing == (Part.CONFIRMATION,)


@pytest.mark.parametrize("outcome", ["not_held", "cancelled"])
def test_a_class_that_was_not_held_is_not_called_complete(outcome: str) -> None:
    assert completeness(WHOLE, outcome).share is None


@given(st.builds(RecordParts), st.sampled_from(["held", "not_held", "cancelled"]))
def test_have_and_missing_together_are_the_required_parts(parts: RecordParts, outcome: str) -> None:
    result = completeness(parts, outcome)

    assert sorted([*result.have, *result.missing]) == sorted(result.required)
    assert result.share is None or 0 <= result.share <= 1
