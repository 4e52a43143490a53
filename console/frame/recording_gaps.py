"""The spans of a class that are not in its recording, as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.people.roles import identity_of
from domain.record.capture_coverage import Coverage
from models.session import Participant


@dataclass(frozen=True)
class RecordingGap:
    start: datetime
    end: datetime
    seconds: float
    names: list[str]  # of those who were unmuted and are not heard


def recording_gaps(coverage: Coverage | None, participants: Iterable[Participant]) -> list[RecordingGap]:
    """In order of time; none for a class that was not taught."""
    names = {identity_of(person.id): person.name for person in participants}
    return [
        RecordingGap(gap.start, gap.end, gap.seconds, [names[who] for who in gap.speakers if who in names])
        for gap in (coverage.gaps if coverage else ())
    ]
