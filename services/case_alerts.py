"""Tells staff of exception cases by mail, step by step of their escalation.

The first step tells who works on the case, or the staff of its owner's role; the last one the admins as well. Of the
cases of an incident only some are told: when it begins, and each time that it has grown tenfold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.catalogue import case_kind
from domain.cases.following import CaseView, Reason
from domain.cases.kinds import Owner
from domain.cases.states import CaseState, EntryKind
from domain.notices.kinds import StaffNoticeKind, notice_id, notice_key
from domain.people.access import AccessRole
from domain.subjects import SubjectKind
from models.access import Member
from models.database import Database
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.repositories import cases, members, notices
from models.repositories.cases import QueuedCase
from reports.case_alerts import CaseAlert, render_case_alert
from services.cases import end_incident, note, wake
from services.organizations import organization
from signing.links import LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

LEVELS = 2  # steps of an escalation
_GROWN = 10  # times
_DELIVER_WITHIN = timedelta(hours=1)
_ENTRIES = {
    Reason.OPENED: EntryKind.TOLD,
    Reason.ESCALATED: EntryKind.ESCALATED,
    Reason.OVERDUE: EntryKind.REMINDED,
}


@dataclass(frozen=True)
class _Incident:
    cases: int
    is_new: bool  # for its readers: nobody was told of it at this size


class CaseAlerts:
    def __init__(self, database: Database, links: LinkSigner, deliveries: DeliveryClient) -> None:
        self._database = database
        self._links = links
        self._deliveries = deliveries

    async def look(self, organization_id: UUID, case_id: UUID, now: datetime) -> CaseView:
        """What following the case needs; ends its incident with its last case. Raises NotFound, Unavailable."""
        async with self._database.tenant(organization_id) as db:
            case = (await cases.get(db, case_id)).case
            if case.resolved_at is not None:
                await end_incident(db, case, now)
            return CaseView(
                state=case.state,
                acknowledge_due_at=case.acknowledge_due_at,
                acknowledge_within=case_kind(case.kind).acknowledge_within,
                due_at=case.due_at,
                level=case.level,
                levels=LEVELS,
                snoozed_until=case.snoozed_until,
                resolved_at=case.resolved_at,
            )

    async def wake(self, organization_id: UUID, case_id: UUID, now: datetime) -> None:
        """Bring back a case whose snooze is over. Raises NotFound, Unavailable."""
        async with self._database.tenant(organization_id) as db:
            case = (await cases.get(db, case_id, lock=True)).case
            if case.state == CaseState.SNOOZED and case.snoozed_until and case.snoozed_until <= now:
                await wake(db, case, now)

    async def tell(
        self, organization_id: UUID, case_id: UUID, reason: Reason, level: int, reminders: int, now: datetime
    ) -> int:
        """Mail those who have to know of a case now; returns how many are told. A repeat tells nobody.

        `level`: how many steps of its escalation were told before; `reminders`: how many were sent before. Raises
        NotFound, Unavailable.
        """
        async with self._database.tenant(organization_id) as db:
            queued = await cases.get(db, case_id, lock=True)
            if not _is_current(queued.case, reason, level):
                return 0
            written = await self._write(db, queued, reason, reminders, now)
        for delivery in written:
            await self._deliveries.start_or_leave(delivery)
        return len(written)

    async def _write(
        self, db: AsyncSession, queued: QueuedCase, reason: Reason, reminders: int, now: datetime
    ) -> list[DeliveryInput]:
        case = queued.case
        if reason != Reason.OVERDUE:
            case.level += 1
        incident = await _incident(db, case) if reason != Reason.OVERDUE else None
        if incident and not incident.is_new:
            await note(db, case, _ENTRIES[reason], now, {"people": "0", "incident_id": str(case.incident_id)})
            return []
        readers = await _readers(db, case)
        of = f"{reason} {case.level} {reminders} {case.acknowledge_due_at.isoformat()}"
        rows = [await self._notice(db, queued, reader, reason, of, incident, now) for reader in readers]
        await notices.prepare(db, rows)
        told = {"people": str(len(rows)), "step": str(case.level)}
        await note(db, case, _ENTRIES[reason], now, told)
        return [DeliveryInput(row.organization_id, row.id, now + _DELIVER_WITHIN) for row in rows]

    async def _notice(
        self,
        db: AsyncSession,
        queued: QueuedCase,
        reader: Member,
        reason: Reason,
        occasion: str,
        incident: _Incident | None,
        now: datetime,
    ) -> Notice:
        case, kind = queued.case, case_kind(queued.case.kind)
        message = render_case_alert(
            CaseAlert(
                reader=reader.name,
                organization=(await organization(db)).name,
                kind=kind,
                severity=case.severity,
                reason=reason,
                subject=queued.title,
                starts_at=queued.at.starts_at if queued.at else None,
                due_at=case.due_at,
                time_zone=reader.time_zone,
                url=self._links.case_page(case.id),
                cases=incident.cases if incident else 1,
                now=now,
            )
        )
        key = notice_key(case.id, StaffNoticeKind.EXCEPTION, reader.id, occasion)
        return Notice(
            id=notice_id(key),
            organization_id=case.organization_id,
            key=key,
            subject_kind=SubjectKind.MEMBER,
            subject_id=reader.id,
            kind=StaffNoticeKind.EXCEPTION,
            recipient_kind=SubjectKind.MEMBER,
            recipient_id=reader.id,
            address=reader.email,
            subject=message.subject,
            html=message.html,
            text=message.text,
            send_after=now,
            deliver_by=now + _DELIVER_WITHIN,
            created_at=now,
        )


def _is_current(case: ExceptionCase, reason: Reason, level: int) -> bool:
    """Whether the case is still as whoever asks for the message knows it."""
    if case.state.is_over or case.state == CaseState.SNOOZED:
        return False
    return reason == Reason.OVERDUE or (case.state == CaseState.OPEN and case.level == level)


async def _incident(db: AsyncSession, case: ExceptionCase) -> _Incident | None:
    """The incident of a case, counted as told when it has grown enough."""
    if case.incident_id is None:
        return None
    incident = await cases.incident(db, case.incident_id, lock=True)
    size = await cases.cases_of_incident(db, incident.id)
    is_new = incident.told == 0 or size >= _GROWN * incident.told
    if is_new:
        incident.told = size
    return _Incident(size, is_new)


async def _readers(db: AsyncSession, case: ExceptionCase) -> Sequence[Member]:
    """Who is told at the step that the case is at."""
    staff = await members.active(db)
    if case.level < LEVELS:
        if assigned := [member for member in staff if f"member:{member.id}" == case.assignee]:
            return assigned
        role = AccessRole.ADMIN if case.owner == Owner.ADMIN else AccessRole.OPS
        if of_role := [member for member in staff if member.role == role]:
            return of_role
    return staff
