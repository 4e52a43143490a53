"""The timeline of a session: its steps with planned and actual times and outcomes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Step(StrEnum):
    BOOKING = "booking"
    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    BRIEFING = "briefing"
    ROOM = "room"
    CREDENTIALS = "credentials"
    LIVE = "live"
    CAPTURE = "capture"
    END = "end"
    TRANSCRIPT = "transcript"
    DOCUMENTATION = "documentation"
    REVIEW = "review"
    SUMMARY = "summary"
    RECORDS = "records"
    NEXT_BRIEFING = "next_briefing"


class Outcome(StrEnum):
    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"  # its time was over, or there was nothing to do

    FAILED = "failed"  # retries exhausted: an exception row says more
    CANCELLED = "cancelled"


@dataclass
class TimelineEntry:
    """One step of a session, or one repeat of it."""

    step: Step
    outcome: Outcome
    occasion: str = ""  # distinguishes repeats of a step
    planned_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    note: str = ""  # counts, states and codes only, never personal data
    revision: int = 0  # number of the timeline's change, so that a late write does not overwrite a newer one
