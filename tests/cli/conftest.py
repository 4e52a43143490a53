"""Fixtures of the command line tests."""

from collections.abc import Iterator

import pytest

from tests.cli.homes import StackUnderTest
from tests.stack import temporary_folder


@pytest.fixture
def stack() -> Iterator[StackUnderTest]:
    """A stack of its own, stopped and deleted afterwards."""
    with temporary_folder("home") as folder:
        under_test = StackUnderTest.new(folder / "home")
        try:
            yield under_test
        finally:
            under_test.run("reset", "--yes")
