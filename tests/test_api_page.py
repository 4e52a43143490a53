"""The first hour of docs/api.md runs as it stands, in curl and in Python, against the application.

Between its steps a class is taught, which the page leaves to the day after.
"""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
import pytest

from scripts.api_tables import PAGE
from tests.campus import ADMIN, PATIENCE, Campus, School
from tests.console.taught import Hall

pytestmark = pytest.mark.adapter

BEFORE, AFTER = PAGE.read_text().split("### When the class is over")
TABLES = ("sessions", "attendance", "documentation")


def blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_every_step_stands_in_both_languages() -> None:
    for step in (BEFORE + AFTER).split("## Reference")[0].split("\n### ")[1:]:
        assert blocks("bash", step), step
        assert len(blocks("bash", step)) == len(blocks("python", step)), step


async def teach(hall: Hall, key: str, **ids: str) -> str:
    """A class of the page's school is held, and the feed says so."""
    async with hall.campus.client(key) as api:
        tenant = (await api.get("/v1/organization")).json()["id"]
        lesson = await hall.taught_class(School(hall.campus, UUID(tenant), api, ids))
        stream = {"Accept": "text/event-stream", "Last-Event-ID": "0-0"}
        async with (
            asyncio.timeout(PATIENCE),
            api.stream("GET", "/v1/events?kind=session.review", headers=stream) as events,
        ):
            await anext(line async for line in events.aiter_lines() if line.startswith("data:"))
    return str(lesson.session_id)


async def approved(campus: Campus, key: str, session_id: str) -> bool:
    async with campus.client(key) as api:
        answer = await api.get(f"/v1/sessions/{session_id}/documentation")
    return bool(answer.json()["status"] == "approved")


class Shell:
    """Runs blocks of a page, each in a shell that has what those before it have set."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self._folder = folder
        self._state = folder / "state"
        self._state.write_text("")
        programs = folder / "bin"
        programs.mkdir()
        if shutil.which("curl") is None:
            curl = programs / "curl"
            curl.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).parent / "curl.py"} "$@"\n')
            curl.chmod(0o755)
        python = Path(sys.executable).parent
        self._environ = {**environ, "PATH": f"{programs}:{python}:{os.environ['PATH']}"}

    async def run(self, block: str) -> str:
        script = (
            f"set -aeuo pipefail\n. {self._state}\n{block}\n{{ export -p; declare -f; }} >{self._state}\n"
        )
        process = await asyncio.create_subprocess_exec(
            "bash", "-c", script,
            cwd=self._folder, env=self._environ,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert (process.returncode, err) == (0, b""), f"{block}\n{out.decode()}\n{err.decode()}"
        return out.decode()

    def __getitem__(self, name: str) -> str:
        found = re.search(rf'^declare -x {name}="(.*?)"$', self._state.read_text(), re.MULTILINE | re.DOTALL)
        assert found, name
        return found[1]


async def test_in_curl(hall: Hall, tmp_path: Path) -> None:
    shell = Shell(tmp_path, HOMEROOM_API_URL=hall.campus.url, HOMEROOM_ADMIN_TOKEN=ADMIN)
    said = [await shell.run(block) for block in blocks("bash", BEFORE)]
    assert shell["STUDENT"] in said[3]
    assert said[-3].count(shell["SESSION"]) >= 2, "booked twice, once"
    assert "session.created" in said[-2]
    assert said[-1].startswith("data:")
    ids = {"course": shell["COURSE"], "instructor": shell["INSTRUCTOR"], "topic": shell["TOPIC"]}
    session_id = await teach(hall, shell["HOMEROOM_API_KEY"], **ids)
    over, decided, _ = [await shell.run(block) for block in blocks("bash", AFTER)]
    assert shell["SESSION"] == session_id
    assert "fractions" in over
    assert decided.strip()
    assert await approved(hall.campus, shell["HOMEROOM_API_KEY"], session_id)
    check_files(tmp_path)


async def test_in_python(hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEROOM_API_URL", hall.campus.url)
    monkeypatch.setenv("HOMEROOM_ADMIN_TOKEN", ADMIN)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    await asyncio.to_thread(run_all, blocks("python", BEFORE), names)
    assert "session.created" in {event["kind"] for event in names["events"]}
    assert names["first"]["kind"].startswith("session.")
    key = names["api"].headers["authorization"].removeprefix("Bearer ")
    ids = {"course": names["course"]["id"], "instructor": names["instructor"]["id"], "topic": names["topic"]}
    session_id = await teach(hall, key, **ids)
    await asyncio.to_thread(run_all, blocks("python", AFTER), names)
    assert names["over"]["subject_id"] == session_id
    assert len(names["attendance"]) == 3
    assert names["transcript"]
    assert await approved(hall.campus, key, session_id)
    names["api"].close()
    check_files(tmp_path)


def run_all(steps: list[str], names: dict[str, Any]) -> None:
    for step in steps:
        exec(compile(step, PAGE.name, "exec"), names)


def check_files(folder: Path) -> None:
    for table in TABLES:
        assert pq.read_metadata(folder / f"{table}.parquet").num_rows, table
