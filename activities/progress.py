"""Writes the progress of a session around each step: first that it is running, afterwards that it is done."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from domain.sessions.states import SessionState
from domain.sessions.timeline import Step
from models.database import Database
from models.repositories import sessions
from models.session import Session
from workflows.contracts.common import StepInput

# The column with the time at which a session entered a state.
_ENTERED_AT = {
    SessionState.OPEN: Session.opened_at,
    SessionState.ENDING: Session.ended_at,
    SessionState.CLOSED: Session.closed_at,
    SessionState.CANCELLED: Session.closed_at,
}


def utc_now() -> datetime:
    return datetime.now(UTC)


class StepNote:
    """The step's note on the timeline, counts and codes only; `done` is False for a step that goes on later."""

    def __init__(self) -> None:
        self.text = ""
        self.done = True


class ProgressWriter:
    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def step(self, step: StepInput) -> AsyncIterator[StepNote]:
        """Write the progress, run the body, write that it is done. A step that fails or goes on later stays running."""
        await self.write(step)
        note = StepNote()
        yield note
        async with self._database.tenant(step.session.organization_id) as db:
            await self._finish(db, step, note)

    async def write(self, step: StepInput) -> None:
        async with self._database.tenant(step.session.organization_id) as db:
            await sessions.write_timeline(
                db, step.session.organization_id, step.session.session_id, step.progress.entries
            )
            await self._enter(db, step, step.progress.state, step.progress.changes)

    async def _finish(self, db: AsyncSession, step: StepInput, note: StepNote) -> None:
        finished_at = utc_now() if note.done else None
        await sessions.note_running(db, step.session.session_id, step.progress.ends, finished_at, note.text)
        if note.done and step.progress.state_after:
            await self._enter(db, step, step.progress.state_after, step.progress.changes + 1)

    async def _enter(self, db: AsyncSession, step: StepInput, state: SessionState, changes: int) -> None:
        values: dict[str, object] = {"state": state}
        if column := _ENTERED_AT.get(state):
            values[column.key] = sa.func.coalesce(column, utc_now())  # type: ignore[attr-defined]
        live = [e for e in step.progress.entries if e.step == Step.LIVE and e.started_at]
        if live:
            values["live_at"] = live[0].started_at
        await sessions.enter_state(db, step.session.session_id, changes, **values)
