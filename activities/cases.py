"""Cases in somebody's queue."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from temporalio import activity

from activities.progress import utc_now
from domain.cases.kinds import ExceptionKind, route
from models.database import Database
from models.exception_case import ExceptionCase
from models.repositories import cases
from workflows.contracts.common import SessionRef
from workflows.contracts.notices import CaseInput, Cases


def exception_case(
    ref: SessionRef, kind: ExceptionKind, occasion: str, detail: dict[str, str], now: datetime
) -> ExceptionCase:
    """A case routed to its owner. Its id follows from what it is about, so that opening it twice is one case."""
    routing = route(kind)
    return ExceptionCase(
        id=uuid5(NAMESPACE_URL, f"homeroom:case:{ref.session_id}:{kind}:{occasion}"),
        organization_id=ref.organization_id,
        session_id=ref.session_id,
        kind=kind,
        occasion=occasion,
        severity=routing.severity,
        owner=routing.owner,
        due_at=now + routing.due_within,
        detail=detail,
        opened_at=now,
    )


class CaseActivities(Cases):
    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="open_case")
    async def open_case(self, case: CaseInput) -> None:
        row = exception_case(case.session, case.kind, case.occasion, case.detail, utc_now())
        async with self._database.tenant(case.session.organization_id) as db:
            await cases.open_once(db, row)
