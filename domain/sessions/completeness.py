"""Completeness: the share of the parts a session's record should have that it has."""

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
    """Which parts exist, by the names of Part."""

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


# A class that was not held owes its people the word before it. Who came to it all the same is on record, but that
# nobody came is no gap in the record.
_SHOULD: dict[str, frozenset[Part]] = {
    "held": frozenset(Part),
    "not_held": frozenset({Part.CONFIRMATION, Part.BRIEFING}),
    "cancelled": frozenset({Part.CONFIRMATION}),
}


@dataclass(frozen=True)
class Completeness:
    have: tuple[Part, ...]
    missing: tuple[Part, ...]

    @property
    def should(self) -> tuple[Part, ...]:
        return tuple(part for part in Part if part in self.have or part in self.missing)

    @property
    def share(self) -> float:
        """0 to 1."""
        should = len(self.have) + len(self.missing)
        return len(self.have) / should if should else 1.0


def completeness(parts: RecordParts, outcome: str) -> Completeness:
    """`outcome` is held, not_held or cancelled."""
    existing = {Part(field.name) for field in fields(parts) if getattr(parts, field.name)}
    should = [part for part in Part if part in _SHOULD[outcome]]
    return Completeness(
        tuple(part for part in should if part in existing),
        tuple(part for part in should if part not in existing),
    )
