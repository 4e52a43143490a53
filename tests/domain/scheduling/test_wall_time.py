"""Conversion of wall time to UTC, clock changes included."""

from datetime import UTC, datetime

import pytest

from domain.errors import InvalidInput
from domain.scheduling.wall_time import wall_time_to_utc

pytestmark = pytest.mark.unit


def test_wall_time_is_converted_in_the_given_zone() -> None:
    assert wall_time_to_utc("Europe/Madrid", datetime.fromisoformat("2026-07-01T09:30")) == datetime(
        2026, 7, 1, 7, 30, tzinfo=UTC
    )


def test_an_ambiguous_time_is_its_first_occurrence() -> None:
    twice = datetime.fromisoformat("2026-10-25T02:30")
    assert wall_time_to_utc("Europe/Madrid", twice) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_skipped_time_is_refused() -> None:
    with pytest.raises(InvalidInput, match="02:30 doesn't exist"):
        wall_time_to_utc("Europe/Madrid", datetime.fromisoformat("2026-03-29T02:30"))
