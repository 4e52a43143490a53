"""Looks for secrets in the files of the checkout and in every line that its history ever added.

detect-secrets has the patterns: keys of known services, signed tokens, private keys, passwords in addresses, and what
is assigned to a name like password or secret. Keys of this product's API are added. Random-looking text alone is not
enough: hashes and ids would hide what matters. Values that are no secrets stand in allowed_secrets.toml with a reason.
"""

import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.scan import scan_line
from detect_secrets.plugins.base import BasePlugin
from detect_secrets.settings import transient_settings

from scripts.security.results import Outcome, Result

ALLOWED: Final = Path(__file__).with_name("allowed_secrets.toml")

# Hashes of packages, and ids that Temporal made.
_NOT_READ: Final = ("uv.lock", "*package-lock.json", "tests/workflows/histories/*", "*/dist/assets/*")
_LONGEST_LINE: Final = 5_000
_NO_FILE: Final = "adhoc-string-scan"  # the name that detect-secrets gives to text that is in no file
_API_KEY: Final = re.compile(r"\bhr_[0-9a-f]{12}_[A-Za-z0-9_-]{40,}")
_TOO_WIDE: Final = {"IPPublicDetector", "Base64HighEntropyString", "HexHighEntropyString"}


@dataclass(frozen=True)
class Line:
    where: str  # file and line, or file and commit
    file: str
    text: str


@dataclass(frozen=True)
class Found:
    line: Line
    kind: str
    value: str

    def __str__(self) -> str:
        """Without the secret, which would stand in the logs of whoever runs this."""
        return f"{self.line.where}: {self.kind}, {self.value[:3]}… ({len(self.value)} characters)"


@dataclass(frozen=True)
class Allowed:
    """Values in some files that are no secrets."""

    files: str
    values: tuple[str, ...]
    why: str

    def admits(self, found: Found) -> bool:
        return fnmatch(found.line.file, self.files) and found.value in self.values


def allowed() -> list[Allowed]:
    entries = tomllib.loads(ALLOWED.read_text())["allowed"]
    return [Allowed(entry["files"], tuple(entry["values"]), entry["why"]) for entry in entries]


def scan_tree(root: Path) -> Result:
    """Every file that is in git or could be added to it."""
    return _result("Secrets in the files", lines_of_tree(root), "lines of the checkout")


def scan_history(root: Path) -> Result:
    if not (root / ".git").exists():
        return Result("Secrets in the history", Outcome.NOT_CHECKED, "this is no git repository")
    shallow = _git(root, "rev-parse", "--is-shallow-repository").strip() == "true"
    kind = "different lines that commits have added"
    result = _result("Secrets in the history", lines_of_history(root), kind)
    if shallow and result.outcome is Outcome.PASSED:
        return Result(result.check, Outcome.NOT_CHECKED, "this clone has only the last commits")
    return result


def lines_of_tree(root: Path) -> Iterator[Line]:
    for file in _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        path = root / file
        if not file or not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        if b"\0" in content[:8_000]:
            continue
        for number, text in enumerate(content.decode(errors="replace").splitlines(), 1):
            yield Line(f"{file}:{number}", file, text)


def lines_of_history(root: Path) -> Iterator[Line]:
    """Each text once for each file, in its last commit."""
    seen: set[tuple[str, str]] = set()
    file = commit = ""
    log = _git(root, "log", "--all", "-p", "--unified=0", "--no-color", "--no-textconv", "--no-renames",
               "--format=commit %h")  # fmt: skip
    for text in log.split("\n"):
        if text.startswith("commit "):
            commit = text.removeprefix("commit ")
        elif text.startswith("+++ "):
            file = text.removeprefix("+++ ").removeprefix("b/")
        elif text.startswith("+") and (file, text) not in seen:
            seen.add((file, text))
            yield Line(f"{file} in {commit}", file, text[1:])


def find(lines: Iterable[Line]) -> Iterator[Found]:
    """All that look like secrets, whether they are allowed or not. A line is read once, wherever it stands."""
    every: Iterable[type[BasePlugin]] = get_mapping_from_secret_type_to_class().values()
    kinds = [kind for kind in every if kind.__name__ not in _TOO_WIDE]
    plugins: list[BasePlugin] = [kind() for kind in kinds]
    known: dict[str, list[tuple[str, str]]] = {}
    with transient_settings({"plugins_used": [{"name": kind.__name__} for kind in kinds]}):
        for line in lines:
            if len(line.text) > _LONGEST_LINE or any(fnmatch(line.file, name) for name in _NOT_READ):
                continue
            text = line.text.strip()
            if text not in known:
                known[text] = list(_secrets_in(text, plugins))
            yield from (Found(line, kind, value) for kind, value in known[text])


def _secrets_in(text: str, plugins: list[BasePlugin]) -> Iterator[tuple[str, str]]:
    """The library's heuristics, which are slow, judge only lines in which a pattern is found."""
    if len(text) < 8:
        return
    if any(plugin.analyze_line(filename=_NO_FILE, line=text) for plugin in plugins):
        for secret in scan_line(text):
            if secret.secret_value:
                yield secret.type, secret.secret_value
    for key in _API_KEY.findall(text):
        yield "Homeroom API key", key


def _result(check: str, lines: Iterable[Line], kind: str) -> Result:
    count = 0

    def counted() -> Iterator[Line]:
        nonlocal count
        for line in lines:
            count += 1
            yield line

    known = allowed()
    findings = [str(found) for found in find(counted()) if not any(entry.admits(found) for entry in known)]
    outcome = Outcome.FAILED if findings else Outcome.PASSED
    return Result(check, outcome, f"{count:,} {kind}", findings)


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=True)
    return done.stdout.decode(errors="replace")
