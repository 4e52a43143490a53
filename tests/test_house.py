"""The house is as drawn: packages and their import contracts, and where tests keep what they share."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.check

ROOT = Path(__file__).parents[1]
OUTSIDE = {"benchmarks", "scripts", "tests"}  # may import everything, and are imported by nothing


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def packages() -> set[str]:
    found = {path.parent.name for path in ROOT.glob("[a-z]*/__init__.py")}
    return found - OUTSIDE


def test_every_package_is_read_by_the_import_contracts(project: dict[str, Any], packages: set[str]) -> None:
    assert set(project["tool"]["importlinter"]["root_packages"]) == packages


def test_every_package_stands_on_one_floor(project: dict[str, Any], packages: set[str]) -> None:
    floors = project["tool"]["importlinter"]["contracts"][0]["layers"]
    standing = [room.strip() for floor in floors for room in floor.split("|")]
    assert sorted(standing) == sorted(packages)


def test_every_package_is_in_the_wheel(project: dict[str, Any], packages: set[str]) -> None:
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(wheel["packages"]) == packages
    assert set(wheel["only-include"]) == packages | {"server.py", "worker.py"}


def test_no_helper_is_imported_from_a_test_module() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line in path.read_text().splitlines()
        if re.match(r"\s*(from|import) tests\.(\w+\.)*test_", line)
    ]
    assert wrong == []
