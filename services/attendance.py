"""Attendance as it is now, whether the class runs or is filed."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.sessions.states import FINAL_STATES
from models.record import AttendanceRow
from models.repositories import events, records, sessions
from models.session import Session
from services.attendance_rows import attendance_rows


async def rows(db: AsyncSession, session: Session, now: datetime) -> list[AttendanceRow]:
    """The filed rows of a closed session, else folded from what is recorded so far."""
    if session.state in FINAL_STATES and (filed := await records.attendance(db, session.id)):
        return filed
    participants = await sessions.participants(db, session.id)
    return attendance_rows(session, participants, await events.of_session(db, session.id), now)
