"""The checks of `make security`: what they find in wrong files, and that this checkout has nothing of it."""

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scripts.security import go_advisories, lock_files, secrets_scan, support
from scripts.security.results import Outcome, Result, exit_code

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[1]


def test_the_checkout_has_no_secret() -> None:
    result = secrets_scan.scan_tree(ROOT)
    assert result.findings == []


def test_every_allowed_value_has_a_reason() -> None:
    for entry in secrets_scan.allowed():
        assert entry.values
        assert len(entry.why.split()) > 3, entry.files


SECRETS = {
    "API key of Homeroom": lambda: "hr_" + "0a1b2c3d4e5f" + "_" + "Zx9-" * 11,
    "key of AWS": lambda: "AKIA" + "QX3Z7TN5W2RM9KLB",
    "private key": lambda: "-----BEGIN " + "RSA PRIVATE KEY-----",
    "password in an address": lambda: "postgresql://app:" + "gH7tq9" + "@db.school.example/homeroom",
    "signed link": lambda: "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiJhIn0" + ".c2lnbmF0dXJlLW9mLXRoaXM",
    "assigned secret": lambda: "link_secret = " + '"pQ8vLm2xTz"',
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_secret_is_found_in_a_file_and_after_its_removal(tmp_path: Path, secret: Callable[[], str]) -> None:
    """The report names the place and does not repeat the secret."""
    _git(tmp_path, "init", "--quiet")
    (tmp_path / "notes.txt").write_text(f"one\n{secret()}\n")
    in_tree = secrets_scan.scan_tree(tmp_path)
    _commit(tmp_path)
    (tmp_path / "notes.txt").write_text("one\n")
    _commit(tmp_path)
    for result in (in_tree, secrets_scan.scan_history(tmp_path)):
        assert result.outcome is Outcome.FAILED
        assert any("notes.txt" in finding for finding in result.findings)
        assert all(secret() not in finding for finding in result.findings)
    assert secrets_scan.scan_tree(tmp_path).outcome is Outcome.PASSED


def test_history_of_a_folder_without_git_is_not_called_clean(tmp_path: Path) -> None:
    assert secrets_scan.scan_history(tmp_path).outcome is Outcome.NOT_CHECKED


def test_every_package_is_pinned_with_hashes() -> None:
    assert lock_files.audit_uv_lock(ROOT / "uv.lock").findings == []
    assert lock_files.audit_package_lock(ROOT / "web" / "package-lock.json").findings == []


def test_a_python_package_without_hash_or_from_elsewhere_is_found(tmp_path: Path) -> None:
    lock = tmp_path / "uv.lock"
    lock.write_text("""
        package = [
          {name = "good", source = {registry = "https://pypi.org/simple"}, wheels = [{hash = "sha256:00"}]},
          {name = "bare", source = {registry = "https://pypi.org/simple"}, wheels = [{url = "x"}]},
          {name = "other", source = {git = "https://evil.example/x"}},
        ]
    """)
    findings = lock_files.audit_uv_lock(lock).findings
    assert [finding.split()[0] for finding in findings] == ["bare", "other"]


def test_an_npm_package_without_hash_or_with_a_range_is_found(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    packages: dict[str, Any] = {
        "": {"dependencies": {"wide": "^1.0.0"}},
        "node_modules/bare": {},
        "node_modules/other": {"integrity": "sha512-x", "resolved": "https://evil.example/x.tgz"},
    }
    lock.write_text(json.dumps({"packages": packages}))
    findings = lock_files.audit_package_lock(lock).findings
    assert [finding.split()[0] for finding in findings] == [
        "node_modules/bare",
        "node_modules/other",
        "wide",
    ]


def test_runtimes_are_supported() -> None:
    result = support.audit_runtimes(ROOT, date(2026, 11, 29))
    assert result.findings == []
    assert {"python 3.11", "postgres 18", "node 24"} == set(result.summary.split(", "))


def test_a_runtime_past_its_support_is_found() -> None:
    assert support.audit_runtimes(ROOT, date(2031, 1, 1)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("v1.1.9", False),
        ("v1.2.0-rc.1", False),
        ("v1.2.0", True),
        ("v1.9.9", True),
        ("v1.10.0-rc.2", True),
        ("v1.10.0", False),
        ("v2.0.0", True),
        ("v2.0.0-20260101000000-abcdefabcdef", False),
        ("v2.0.1+incompatible", False),
        ("(devel)", False),
    ],
)
def test_a_version_is_affected_between_introduced_and_fixed(version: str, affected: bool) -> None:
    events = [{"introduced": "1.2.0"}, {"fixed": "1.10.0"}, {"introduced": "2.0.0"}, {"fixed": "2.0.1"}]
    assert go_advisories.is_affected(version, [{"type": "SEMVER", "events": events}]) is affected


def test_modules_of_a_binary_are_read_with_what_replaces_them() -> None:
    lines = "server: go1.26.8\n\tmod\tb.example/b\tv1.0.0\n\tdep\ta.example/a\tv1.0.0\n\t=>\tc.example/c\tv2.0.0\n"
    assert go_advisories.modules(lines) == [
        ("stdlib", "go1.26.8"),
        ("b.example/b", "v1.0.0"),
        ("c.example/c", "v2.0.0"),
    ]


def test_a_failed_check_fails_the_run_and_with_strict_an_unmade_one_too() -> None:
    passed, failed, unmade = (
        Result("check", outcome, "") for outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_CHECKED)
    )
    assert exit_code([passed, unmade], strict=False) == 0
    assert exit_code([passed, unmade], strict=True) == 1
    assert exit_code([passed, failed], strict=False) == 1
    assert exit_code([passed], strict=True) == 0


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def _commit(folder: Path) -> None:
    _git(folder, "add", "--all")
    _git(
        folder, "-c", "user.name=t", "-c", "user.email=t@school.example", "commit", "--quiet", "-m", "change"
    )
