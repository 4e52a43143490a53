"""Whether uv.lock and web/package-lock.json pin every package to one version and content, from the usual registries."""

import json
import tomllib
from pathlib import Path
from typing import Any

from scripts.security.results import Outcome, Result

_PYTHON_REGISTRY = "https://pypi.org/simple"
_NPM_REGISTRY = "https://registry.npmjs.org/"


def audit_uv_lock(path: Path) -> Result:
    packages = tomllib.loads(path.read_text())["package"]
    findings = [problem for package in packages for problem in _problems_of_python(package)]
    return _result(
        "Python packages are pinned", findings, f"{len(packages)} packages of {path.name} with hashes"
    )


def _problems_of_python(package: dict[str, Any]) -> list[str]:
    name, source = package["name"], package["source"]
    if "editable" in source or "virtual" in source:
        return []
    if source.get("registry") != _PYTHON_REGISTRY:
        return [f"{name} comes from {source}, not from {_PYTHON_REGISTRY}"]
    files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    unhashed = [file for file in files if not file.get("hash", "").startswith("sha256:")]
    return [f"{name} has files without a SHA-256 hash"] if unhashed or not files else []


def audit_package_lock(path: Path) -> Result:
    lock = json.loads(path.read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    findings = [problem for name, package in packages.items() for problem in _problems_of_npm(name, package)]
    own = lock["packages"][""]
    for name, version in {**own.get("dependencies", {}), **own.get("devDependencies", {})}.items():
        if not version[0].isdigit():
            findings.append(f"{name} may be any of {version}")
    return _result(
        "npm packages are pinned", findings, f"{len(packages)} packages of {path.name} with hashes"
    )


def _problems_of_npm(name: str, package: dict[str, Any]) -> list[str]:
    problems = []
    if not package.get("integrity", "").startswith("sha512-"):
        problems.append(f"{name} has no SHA-512 hash")
    if not package.get("resolved", _NPM_REGISTRY).startswith(_NPM_REGISTRY):
        problems.append(f"{name} comes from {package['resolved']}, not from {_NPM_REGISTRY}")
    return problems


def _result(check: str, findings: list[str], summary: str) -> Result:
    return Result(check, Outcome.FAILED if findings else Outcome.PASSED, summary, findings)
