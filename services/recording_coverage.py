"""What is stored of a class, counted from its segments."""

import asyncio
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.intervals import Interval
from domain.record.capture_coverage import Coverage, capture_coverage
from models.repositories import events, recordings
from models.session import Session


async def recording_coverage(db: AsyncSession, session: Session, until: datetime) -> Coverage | None:
    """What is stored of a class up to its end, or to `until` while it runs. None for a class that was not taught."""
    if session.live_at is None:
        return None
    live = Interval(session.live_at, max(session.live_at, session.ended_at or until))
    stored = await recordings.segments(db, session.id)
    recorded = await events.of_session(db, session.id)
    # In a thread: a long class has tens of thousands of events, and others wait for this process.
    return await asyncio.to_thread(capture_coverage, recorded, stored, live)
