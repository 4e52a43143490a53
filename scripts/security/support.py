"""Whether what the product runs on is still supported by those who make it.

The dates are those that the projects publish. A runtime whose version is not in the table has no known date, and fails:
whoever moves to a new version adds its date.
"""

import re
from datetime import date
from pathlib import Path

from scripts.security.results import Outcome, Result

SUPPORTED_UNTIL = {
    "python 3.11": date(2027, 10, 31),
    "python 3.12": date(2028, 10, 31),
    "python 3.13": date(2029, 10, 31),
    "node 24": date(2028, 4, 30),
    "postgres 18": date(2030, 11, 14),
}
_FROM = re.compile(r"^(?:FROM|\s*image:)\s+(python|node|postgres):(\d+(?:\.\d+)?)", re.MULTILINE)


def audit_runtimes(root: Path, today: date) -> Result:
    """Of the images in Dockerfile and docker-compose.yml."""
    texts = [(root / name).read_text() for name in ("Dockerfile", "docker-compose.yml")]
    used = sorted({f"{name} {version}" for text in texts for name, version in _FROM.findall(text)})
    findings = [problem for runtime in used if (problem := _problem(runtime, today))]
    outcome = Outcome.FAILED if findings else Outcome.PASSED
    return Result("Runtimes are supported", outcome, ", ".join(used), findings)


def _problem(runtime: str, today: date) -> str | None:
    until = SUPPORTED_UNTIL.get(runtime)
    if until is None:
        return f"{runtime} has no date in scripts/security/support.py"
    return f"{runtime} has had no support since {until}" if until < today else None
