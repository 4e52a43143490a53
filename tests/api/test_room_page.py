"""The rules of the room page, which are written in the language of the browser."""

import pytest

from cli.local import web

pytestmark = pytest.mark.adapter


def test_the_rules_of_the_room_page_hold() -> None:
    assert web.build(print)
    done = web.run_npm("test")
    assert done.returncode == 0, done.stdout + done.stderr
