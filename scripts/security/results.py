"""What a check of `make security` found, and what that means for its exit code."""

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    ADVISORIES = "advisories"  # known weaknesses in parts that others build; somebody has to judge them
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Result:
    check: str
    outcome: Outcome
    summary: str  # what was looked at, or why it was not
    findings: list[str] = field(default_factory=list)


def exit_code(results: list[Result], *, strict: bool) -> int:
    """1 if a check failed; with `strict` also if one was not made or there are advisories."""
    good = {Outcome.PASSED} if strict else {Outcome.PASSED, Outcome.ADVISORIES, Outcome.NOT_CHECKED}
    return 0 if all(result.outcome in good for result in results) else 1
