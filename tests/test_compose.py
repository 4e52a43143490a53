"""docker-compose.yml is read by the compose specification's own loader, and starts what the code needs."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.local.go_tools import compose_go
from config.settings import Settings

pytestmark = pytest.mark.adapter

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The project as compose itself understands it."""
    folder = tmp_path_factory.mktemp("compose")
    shutil.copy(ROOT / "docker-compose.yml", folder)
    tool = str(compose_go(lambda _: None))
    done = subprocess.run(
        [tool, "-no-interpolation", "docker-compose.yml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = yaml.safe_load(done.stdout)
    return loaded


def test_all_parts_of_production_are_there(project: dict[str, Any]) -> None:
    assert {"postgres", "temporal", "temporal-ui", "livekit", "redis", "store", "api", "migrate"} <= project[
        "services"
    ].keys()
    queues = {
        str(s["command"]).rpartition(" ")[2].strip("']")
        for name, s in project["services"].items()
        if name.startswith("worker-")
    }
    assert queues == {"sessions", "capture", "transcription"}


def test_every_variable_is_a_setting(project: dict[str, Any]) -> None:
    known = {f"HOMEROOM_{name.upper()}" for name in Settings.model_fields}
    for service in ("api", "migrate", "worker-sessions", "worker-capture", "worker-transcription"):
        assert set(project["services"][service]["environment"]) <= known


def test_the_example_names_every_required_variable() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert required <= offered
