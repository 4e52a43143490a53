"""Amounts by which classes are moved are read as people write them."""

from datetime import timedelta

import pytest

from console.classes.shifts import read_shift, shown_shift
from domain.errors import InvalidInput

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "minutes", "shown"),
    [
        ("+30 min", 30, "+30 min"),
        ("30m", 30, "+30 min"),
        ("-1 h", -60, "-1 h"),
        ("\N{MINUS SIGN}90 minutes", -90, "-90 min"),
        ("+1 day", 24 * 60, "+1 day"),
        ("2w", 14 * 24 * 60, "+14 days"),
    ],
)
def test_an_amount_is_read_and_shown(text: str, minutes: int, shown: str) -> None:
    assert read_shift(text) == timedelta(minutes=minutes)
    assert shown_shift(read_shift(text)) == shown


@pytest.mark.parametrize("text", ["", "0 min", "soon", "+1 month", "30"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_shift(text)
