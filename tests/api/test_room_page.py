"""Runs the room page's own TypeScript tests."""

import pytest

from cli.local import web

pytestmark = pytest.mark.adapter


def test_the_room_pages_own_tests_pass() -> None:
    assert web.build(print)
    done = web.run_npm("test")
    assert done.returncode == 0, done.stdout + done.stderr
