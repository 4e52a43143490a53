"""What is on record about troubles of a region's classes, of all tenants, in a fixed number of statements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from domain.people.roles import Role
from domain.presence.events import EventKind, EventSource
from domain.presence.telemetry import TelemetryMinute
from domain.sessions.states import ROOM_STATES
from models.reading import Readable

_UNRESOLVED = sa.text(
    "select organization_id, session_id, kind, occasion, opened_at "
    "from unresolved_cases(:region, cast(:kinds as text[]))"
)
_OVERRUN = sa.text(
    "select session_id, organization_id, participant_id, role, person_id, next_session_id, next_starts_at "
    "from overrun_people(:region, cast(:states as text[]))"
)
_POOR = sa.text(
    "select session_id, organization_id, identity, role, person_id, kind, source, participant_sid, track_sid, alive, "
    "hidden, first_at, last_at, worst_score, score_sum, scores, last_word, concealed_samples, total_samples "
    "from poor_telemetry(:region)"
)
_WAITING = sa.text(
    "select session_id, organization_id, segments, seconds, since from waiting_audio(:region, :ended_before)"
)
_EARLY = sa.text(
    "select session_id, organization_id, instructor_id, starts_at, ends_at, ended_at "
    "from early_ended(:region, :ended_after)"
)
_DOUBLE = sa.text(
    "select session_id, organization_id, person_id, role, starts_at, other_session_id, other_starts_at "
    "from double_bookings(:region, :starts_before, :most)"
)


@dataclass(frozen=True)
class UnresolvedCase:
    organization_id: UUID
    session_id: UUID
    kind: str
    occasion: str
    opened_at: datetime


@dataclass(frozen=True)
class OverrunPerson:
    """Somebody in a class that is past its planned end whose next class has begun."""

    session_id: UUID
    organization_id: UUID
    participant_id: UUID
    role: str
    person_id: UUID
    next_session_id: UUID
    next_starts_at: datetime


@dataclass(frozen=True)
class PoorTelemetry:
    """The reports about somebody whose latest level is poor or lost; `person_id` is None for guests."""

    session_id: UUID
    organization_id: UUID
    identity: str
    role: Role
    person_id: UUID | None
    minutes: tuple[TelemetryMinute, ...]


@dataclass(frozen=True)
class WaitingTrack:
    """Stored audio of one track that waits for its transcript; `since` is the end of the oldest segment."""

    session_id: UUID
    organization_id: UUID
    segments: int
    seconds: float
    since: datetime


@dataclass(frozen=True)
class EarlyEnd:
    session_id: UUID
    organization_id: UUID
    instructor_id: UUID
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class DoubleBooking:
    """Somebody in two classes at one time; the other was booked first."""

    session_id: UUID
    organization_id: UUID
    person_id: UUID
    role: str
    starts_at: datetime
    other_session_id: UUID
    other_starts_at: datetime


async def unresolved(db: Readable, region: str, kinds: Collection[str]) -> list[UnresolvedCase]:
    """The unresolved cases of these kinds whose first report has a key, as the findings of a look have."""
    rows = await db.execute(_UNRESOLVED, {"region": region, "kinds": sorted(kinds)})
    return [UnresolvedCase(*row) for row in rows]


async def overrun_people(db: Readable, region: str) -> list[OverrunPerson]:
    states = sorted(state.value for state in ROOM_STATES)
    return [OverrunPerson(*row) for row in await db.execute(_OVERRUN, {"region": region, "states": states})]


async def poor_telemetry(db: Readable, region: str) -> list[PoorTelemetry]:
    about: dict[tuple[UUID, str], tuple[UUID, str, UUID | None]] = {}
    minutes: dict[tuple[UUID, str], list[TelemetryMinute]] = {}
    for session_id, organization_id, identity, role, person_id, *values in await db.execute(
        _POOR, {"region": region}
    ):
        about[session_id, identity] = organization_id, role, person_id
        minutes.setdefault((session_id, identity), []).append(_minute(identity, *values))
    return [
        PoorTelemetry(session_id, organization_id, identity, Role(role), person_id, tuple(own))
        for (session_id, identity), own in minutes.items()
        for organization_id, role, person_id in [about[session_id, identity]]
    ]


def _minute(
    identity: str,
    kind: str,
    source: str,
    participant_sid: str,
    track_sid: str,
    alive: bool,
    hidden: bool,
    first_at: datetime,
    last_at: datetime,
    worst_score: int | None,
    score_sum: int,
    scores: int,
    last_word: int | None,
    concealed_samples: float,
    total_samples: float,
) -> TelemetryMinute:
    return TelemetryMinute(
        EventKind(kind),
        EventSource(source),
        identity,
        participant_sid,
        track_sid,
        alive,
        hidden,
        first_at,
        last_at,
        worst_score,
        score_sum / scores if scores else None,
        last_word,
        concealed_samples,
        total_samples,
    )


async def waiting_tracks(db: Readable, region: str, ended_before: datetime) -> list[WaitingTrack]:
    """Tracks with audio that ended before then and is not transcribed."""
    rows = await db.execute(_WAITING, {"region": region, "ended_before": ended_before})
    return [WaitingTrack(*row) for row in rows]


async def early_ends(db: Readable, region: str, ended_after: datetime) -> list[EarlyEnd]:
    """Classes that were taught and ended since then, before their planned end."""
    rows = await db.execute(_EARLY, {"region": region, "ended_after": ended_after})
    return [EarlyEnd(*row) for row in rows]


async def double_bookings(
    db: Readable, region: str, starts_before: datetime, most: int
) -> list[DoubleBooking]:
    """Of classes that are not over and start before then, the next ones first."""
    values = {"region": region, "starts_before": starts_before, "most": most}
    return [DoubleBooking(*row) for row in await db.execute(_DOUBLE, values)]
