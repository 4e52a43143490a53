"""The build id of workers."""

import subprocess
import sys

import pytest

from wiring.build_id import build_id

pytestmark = pytest.mark.unit


def test_every_process_of_an_edition_has_the_same_build_id() -> None:
    program = "from wiring.build_id import build_id; print(build_id())"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == build_id()
    assert len(build_id()) == 16
