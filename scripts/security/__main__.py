"""Runs every check of `make security` and ends with a table of their results."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scripts.security import go_advisories, lock_files, online, secrets_scan, support
from scripts.security.results import Outcome, Result, exit_code

ROOT = Path(__file__).resolve().parents[2]
_BIN = Path(sys.executable).parent
_SHOWN = 60
_COLORS = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "red",
    Outcome.ADVISORIES: "yellow",
    Outcome.NOT_CHECKED: "yellow",
}


def main() -> int:
    parser = ArgumentParser(prog="make security", description=__doc__)
    parser.add_argument("--online", action="store_true", help="also ask OSV and npm's audit endpoint")
    parser.add_argument(
        "--strict", action="store_true", help="fail of advisories and of what was not checked"
    )
    parser.add_argument("--no-tests", action="store_true", help="without tests/security")
    wanted = parser.parse_args()

    results = [
        lock_files.audit_uv_lock(ROOT / "uv.lock"),
        lock_files.audit_package_lock(ROOT / "web" / "package-lock.json"),
        support.audit_runtimes(ROOT, datetime.now(UTC).date()),
        *([online.audit_python(ROOT), online.audit_npm(ROOT)] if wanted.online else online.not_asked()),
        go_advisories.audit_go_servers(_BIN / "temporal"),
        secrets_scan.scan_tree(ROOT),
        secrets_scan.scan_history(ROOT),
        _tests(run=not wanted.no_tests),
    ]
    _print(Console(highlight=False), results)
    return exit_code(results, strict=wanted.strict)


def _tests(*, run: bool) -> Result:
    if not run:
        return Result("Security tests", Outcome.NOT_CHECKED, "left out with --no-tests")
    done = subprocess.run(
        [str(_BIN / "pytest"), "tests/security"],
        cwd=ROOT,
        env=os.environ | {"EVERY_VALUE": "1"},  # tests/depth.py
        check=False,
    )
    outcome = Outcome.PASSED if done.returncode == 0 else Outcome.FAILED
    return Result("Security tests", outcome, "pytest tests/security, above")


def _print(console: Console, results: list[Result]) -> None:
    for result in results:
        for finding in result.findings[:_SHOWN]:
            console.print(f"{result.check}: {finding}", markup=False, soft_wrap=True)
        if (rest := len(result.findings) - _SHOWN) > 0:
            console.print(f"{result.check}: and {rest} more", markup=False)
    table = Table("Check", "Result", "What was looked at, or why not")
    for result in results:
        count = f": {len(result.findings)}" if result.findings else ""
        color = _COLORS[result.outcome]
        table.add_row(result.check, f"[{color}]{result.outcome}{count}[/]", result.summary)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
