"""Opens exception cases for workflows."""

from temporalio import activity

from activities.progress import utc_now
from models.database import Database
from services.cases import NewCase, open_case
from workflows.contracts.notices import CaseInput, Cases


class CaseActivities(Cases):
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="open_case")
    async def open_case(self, case: CaseInput) -> None:
        ref = case.session
        new = NewCase.about_session(
            ref.organization_id, ref.session_id, case.kind, case.occasion, case.detail, case.key
        )
        async with self._database.tenant(ref.organization_id) as db:
            await open_case(db, new, utc_now())
