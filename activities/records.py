"""Files the record of a class: attendance and engagement, the next briefing, completeness."""

from temporalio import activity

from activities.progress import ProgressWriter, utc_now
from models.database import Database
from models.repositories import cases
from services import class_records
from workflows.contracts.common import StepInput
from workflows.contracts.record import CloseInput, CloseResult, Records


class RecordActivities(Records):
    def __init__(self, database: Database, progress: ProgressWriter) -> None:
        self._database = database
        self._progress = progress

    @activity.defn(name="file_records")
    async def file(self, step: StepInput) -> None:
        ref = step.session
        async with self._progress.step(step) as note, self._database.tenant(ref.organization_id) as db:
            rows = await class_records.file_attendance(db, ref, utc_now())
            note.text = f"{sum(row.came for row in rows)} of {len(rows)} attended"

    @activity.defn(name="prepare_next_briefing")
    async def prepare_next_briefing(self, step: StepInput) -> None:
        ref = step.session
        async with self._progress.step(step), self._database.tenant(ref.organization_id) as db:
            await class_records.prepare_next_briefing(db, ref, utc_now())

    @activity.defn(name="close_session")
    async def close(self, close: CloseInput) -> CloseResult:
        async with self._database.tenant(close.session.organization_id) as db:
            measured = await class_records.close(db, close.session, close.outcome)
            opened = await cases.of_session(db, close.session.session_id)
        await self._progress.write(close)
        return CloseResult(round(measured.share or 0.0, 3), tuple(measured.missing), len(opened))
