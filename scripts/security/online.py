"""Known vulnerabilities of Python and npm packages, from services on the internet: OSV, and npm's audit endpoint.

No package of a registry holds a current copy of either database, so without a network these are not checked.
"""

import json
import subprocess
from pathlib import Path

from scripts.security.results import Outcome, Result

PYTHON = "Vulnerabilities of Python packages"
NPM = "Vulnerabilities of npm packages"
_SECONDS = 180


def not_asked() -> list[Result]:
    why = "no package has a current offline database; with a network: make security SECURITY_ARGS=--online"
    return [Result(name, Outcome.NOT_CHECKED, why) for name in (PYTHON, NPM)]


def audit_python(root: Path) -> Result:
    """`uv audit` sends the names and versions in uv.lock to OSV. It exits with 1 if it found something."""
    done = _run([str(root / "scripts" / "uv"), "audit", "--locked"], root)
    if done is None or done.returncode not in (0, 1):
        return Result(PYTHON, Outcome.NOT_CHECKED, f"OSV did not answer: {_last_line(done)}")
    lines = done.stdout.strip().splitlines()
    if done.returncode == 0:
        return Result(PYTHON, Outcome.PASSED, "uv.lock against OSV")
    return Result(PYTHON, Outcome.FAILED, "uv.lock against OSV", lines)


def audit_npm(root: Path) -> Result:
    done = _run(["npm", "audit", "--audit", "--package-lock-only", "--json"], root / "web")
    try:
        answer = json.loads(done.stdout) if done else {}
    except ValueError:
        answer = {}
    if "vulnerabilities" not in answer:
        error = answer.get("message") or answer.get("error", {}).get("summary") or _last_line(done)
        return Result(NPM, Outcome.NOT_CHECKED, f"the registry audits nothing: {error}")
    findings = [f"{name}: {found['severity']}" for name, found in sorted(answer["vulnerabilities"].items())]
    return Result(
        NPM, Outcome.FAILED if findings else Outcome.PASSED, "package-lock.json by npm audit", findings
    )


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _last_line(done: subprocess.CompletedProcess[str] | None) -> str:
    lines = (done.stderr or done.stdout).strip().splitlines() if done else []
    return lines[-1].strip() if lines else "no answer"
