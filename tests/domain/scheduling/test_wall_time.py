"""Times as they are typed, in the zone of a class."""

from datetime import UTC, datetime

import pytest

from domain.errors import InvalidInput
from domain.scheduling.wall_time import moment_in

pytestmark = pytest.mark.unit


def test_it_is_the_moment_clocks_there_show_it() -> None:
    assert moment_in("Europe/Madrid", datetime.fromisoformat("2026-07-01T09:30")) == datetime(
        2026, 7, 1, 7, 30, tzinfo=UTC
    )


def test_a_time_that_comes_twice_is_the_first() -> None:
    twice = datetime.fromisoformat("2026-10-25T02:30")
    assert moment_in("Europe/Madrid", twice) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_time_that_never_comes_is_refused() -> None:
    with pytest.raises(InvalidInput, match="02:30 doesn't exist"):
        moment_in("Europe/Madrid", datetime.fromisoformat("2026-03-29T02:30"))
