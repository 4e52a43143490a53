"""Known vulnerabilities of the servers that are built from Go modules, from Go's own vulnerability database.

The database is itself a Go module, so that it comes from the module proxy, or from the module cache without a network.
Advisories are compared with the modules that a binary says it was built from. Whether the faulty code is called is not
known, which is why they are shown and fail nothing.
"""

import json
import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.local.go_tools import LIVEKIT, VERSITYGW, find_go
from cli.local.service import SetupError
from scripts.security.results import Outcome, Result

CHECK = "Vulnerabilities of Go servers"
_DATABASE = "golang.org/x/vulndb@latest"
_SECONDS = 120

Version = tuple[tuple[int, ...], tuple[Any, ...]]
Advisories = dict[str, list[tuple[str, str, list[dict[str, Any]]]]]
"""By module: id, summary, ranges of versions."""


def audit_go_servers(temporal: Path) -> Result:
    binaries = [binary for binary in (LIVEKIT.cached, VERSITYGW.cached, temporal) if binary.exists()]
    if not binaries:
        return Result(CHECK, Outcome.NOT_CHECKED, "no server is installed: run make setup")
    try:
        go = find_go(LIVEKIT)
        version, advisories = _database(go)
        found: dict[str, list[str]] = defaultdict(list)
        for binary in binaries:
            for advisory, module in _found(go, binary, advisories):
                found[advisory].append(f"{binary.name} with {module}")
    except (SetupError, OSError, ValueError, subprocess.SubprocessError) as error:
        return Result(
            CHECK, Outcome.NOT_CHECKED, f"no database from the Go module proxy: {type(error).__name__}"
        )
    findings = [f"{advisory} ({', '.join(where)})" for advisory, where in sorted(found.items())]
    names = ", ".join(binary.name for binary in binaries)
    summary = f"{names} by Go's database of {_date(version)}"
    return Result(CHECK, Outcome.ADVISORIES if findings else Outcome.PASSED, summary, findings)


def _database(go: Path) -> tuple[str, Advisories]:
    """Its version, and what it says of each module."""
    answer = json.loads(_go(go, "mod", "download", "-json", _DATABASE))
    advisories: Advisories = defaultdict(list)
    for file in sorted(Path(answer["Dir"]).glob("data/osv/*.json")):
        entry = json.loads(file.read_text())
        if "withdrawn" in entry:
            continue
        for affected in entry["affected"]:
            advisory = entry["id"], entry.get("summary", ""), affected.get("ranges", [])
            advisories[affected["package"]["name"]].append(advisory)
    return answer["Version"], advisories


def _found(go: Path, binary: Path, advisories: Advisories) -> Iterator[tuple[str, str]]:
    """Each advisory with the module it is about."""
    for module, version in modules(_go(go, "version", "-m", str(binary))):
        for name, summary, ranges in advisories.get(module, []):
            if is_affected(version, ranges):
                yield f"{name} {summary}", f"{module} {version}"


def modules(lines: str) -> list[tuple[str, str]]:
    """The modules of `go version -m`, the standard library as `stdlib`; a replaced module is what replaces it."""
    first, *rest = lines.splitlines()
    found = [("stdlib", first.split()[-1])]
    for words in (line.split() for line in rest):
        if words[:1] == ["=>"]:
            found.pop()
        if len(words) >= 3 and words[0] in ("mod", "dep", "=>"):
            found.append((words[1], words[2]))
    return found


def is_affected(version: str, ranges: list[dict[str, Any]]) -> bool:
    """By the rule of OSV: after an `introduced` and before the next `fixed`."""
    if not re.match(r"(v|go)?\d", version):
        return False
    for one in ranges:
        inside = False
        for event in one["events"]:
            if (start := event.get("introduced")) and (start == "0" or _order(version) >= _order(start)):
                inside = True
            if (end := event.get("fixed")) and _order(version) >= _order(end):
                inside = False
        if inside:
            return True
    return False


def _order(version: str) -> Version:
    """Sorts as semantic versions do: a pre-release before its release, numbers before words."""
    core, _, before = version.removeprefix("go").removeprefix("v").partition("+")[0].partition("-")
    core, letters, rest = re.match(r"([\d.]+)([a-z]*)(.*)", core).groups()  # type: ignore[union-attr]
    numbers = tuple(int(number) for number in core.split("."))
    release = (*numbers, 0, 0)[:3]
    before = before or f"{letters}{rest}"
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in before.split("."))
    return release, (0, parts) if before else (1,)


def _go(go: Path, *words: str) -> str:
    environ = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    done = subprocess.run(
        [str(go), *words], capture_output=True, text=True, check=True, timeout=_SECONDS, env=environ, cwd="/"
    )
    return done.stdout


def _date(version: str) -> str:
    stamp = re.search(r"-(\d{4})(\d\d)(\d\d)\d{6}-", version)
    return "-".join(stamp.groups()) if stamp else version
