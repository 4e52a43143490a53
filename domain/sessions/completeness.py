"""Completeness of a session's record: which required parts exist and which are missing.

A class that was not held, or was cancelled, has no record of a class that could be complete: it has no share.
"""

from dataclasses import dataclass, fields
from enum import StrEnum


class Part(StrEnum):
    CONFIRMATION = "confirmation"
    BRIEFING = "briefing"
    ATTENDANCE = "attendance"
    ENGAGEMENT = "engagement"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    DOCUMENTATION = "documentation"
    APPROVAL = "approval"
    SUMMARY = "summary"
    NEXT_BRIEFING = "next_briefing"


@dataclass(frozen=True)
class RecordParts:
    """Which parts exist; the fields are named as in Part."""

    confirmation: bool = False
    briefing: bool = False
    attendance: bool = False
    engagement: bool = False
    recording: bool = False
    transcript: bool = False
    documentation: bool = False
    approval: bool = False
    summary: bool = False
    next_briefing: bool = False


# A class that was not held needs only the notices before it. Attendance is kept if somebody came, but not required.
_REQUIRED: dict[str, frozenset[Part]] = {
    "held": frozenset(Part),
    "not_held": frozenset({Part.CONFIRMATION, Part.BRIEFING}),
    "cancelled": frozenset({Part.CONFIRMATION}),
}


@dataclass(frozen=True)
class Completeness:
    """The required parts that exist, and those that are missing."""

    have: tuple[Part, ...]
    missing: tuple[Part, ...]
    held: bool = True

    @property
    def required(self) -> tuple[Part, ...]:
        return tuple(part for part in Part if part in self.have or part in self.missing)

    @property
    def share(self) -> float | None:
        """The share of the required parts that exist, 0 to 1; None for a class that was not held."""
        return len(self.have) / len(self.required) if self.held else None


def completeness(parts: RecordParts, outcome: str) -> Completeness:
    """The completeness of a record; `outcome` is held, not_held or cancelled."""
    existing = {Part(field.name) for field in fields(parts) if getattr(parts, field.name)}
    required = [part for part in Part if part in _REQUIRED[outcome]]
    return Completeness(
        tuple(part for part in required if part in existing),
        tuple(part for part in required if part not in existing),
        held=outcome == "held",
    )
