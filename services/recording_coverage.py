"""What is stored of a class, counted from its segments."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from domain.intervals import Interval
from domain.presence.occurrences import events_since
from domain.record.capture_coverage import Coverage, capture_coverage
from domain.sessions.policies import SessionPolicy
from domain.sessions.states import ROOM_STATES
from models.repositories import events, recordings
from models.session import Session

UPLOAD_TIME = timedelta(seconds=15)  # a segment that ended this long ago should be stored


async def recording_coverage(db: AsyncSession, session: Session, now: datetime) -> Coverage | None:
    """What is stored of a class. None for a class that was not taught.

    Of a running class, what is in its open segments is left out: it is stored when they are full.
    """
    if session.live_at is None:
        return None
    live = Interval(session.live_at, max(session.live_at, _measured_until(session, now)))
    return await coverage_of(db, session, live)


async def coverage_of(db: AsyncSession, session: Session, span: Interval) -> Coverage:
    """What is stored of a span of a class."""
    stored = await recordings.segments(db, session.id)
    recorded = events_since(await events.to_fold(db, session.id), session.occurrence_since)
    # In a thread: a long class has tens of thousands of events, and others wait for this process.
    return await asyncio.to_thread(capture_coverage, recorded, stored, span)


def _measured_until(session: Session, now: datetime) -> datetime:
    if session.ended_at is not None:
        return session.ended_at
    if session.state not in ROOM_STATES:
        return now
    policy = SessionPolicy.model_validate(session.policy)
    return now - timedelta(seconds=policy.segment_seconds) - UPLOAD_TIME
