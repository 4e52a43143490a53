"""The domain imports only stdlib and pydantic; clock, ids and randomness are banned there and in workflows."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
DOMAIN = sorted((ROOT / "domain").glob("**/*.py"))
ALLOWED = {*sys.stdlib_module_names, "pydantic", "domain"}
IMPURE = [
    "import datetime\nx = datetime.datetime.now(datetime.UTC)\n",
    "from datetime import datetime\nx = datetime.utcnow()\n",
    "from datetime import date\nx = date.today()\n",
    "import time\nx = time.time()\n",
    "from time import monotonic\nx = monotonic()\n",
    "import uuid\nx = uuid.uuid4()\n",
    "from uuid_utils.compat import uuid7\nx = uuid7()\n",
    "import random\nx = random.random()\n",
    "from secrets import token_hex\nx = token_hex()\n",
    "import os\nx = os.environ\n",
]
PURE = """
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

x = uuid5(NAMESPACE_URL, "x")
y = datetime(2026, 3, 2, tzinfo=UTC)
"""


def roots_imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0] if not node.level else "domain"


def banned(code: str, room: str) -> bool:
    """Whether ruff, as configured for the folder, reports a banned API in the code."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or "ruff"
    result = subprocess.run(
        [
            ruff,
            "check",
            "--select",
            "TID251",
            "--output-format",
            "concise",
            "--stdin-filename",
            f"{room}/x.py",
            "-",
        ],
        input=code,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert result.returncode in (0, 1), result.stderr
    return "TID251" in result.stdout


@pytest.mark.parametrize("module", DOMAIN, ids=lambda path: path.stem)
def test_the_domain_imports_only_itself_the_standard_library_and_pydantic(module: Path) -> None:
    assert set(roots_imported(module)) <= ALLOWED


@pytest.mark.parametrize("room", ["domain", "workflows"])
@pytest.mark.parametrize("code", IMPURE, ids=lambda code: code.splitlines()[0])
def test_clock_ids_and_randomness_are_banned(room: str, code: str) -> None:
    assert banned(code, room)


@pytest.mark.parametrize("room", ["domain", "workflows"])
def test_derived_ids_and_given_times_are_allowed(room: str) -> None:
    assert not banned(PURE, room)


def test_the_clock_is_allowed_outside_domain_and_workflows() -> None:
    assert not banned(IMPURE[0], "api")
