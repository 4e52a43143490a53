"""Tells staff of exception cases by mail and channels, step by step of the ladder that the organization's rules give.

Without rules, the first step tells who works on the case, or the staff of its owner's role; the last one the admins as
well. Of the cases of an incident only some are told: when it begins, and each time that it has grown tenfold. Its
oldest one is escalated for all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.catalogue import case_kind
from domain.cases.following import CaseView, Reason
from domain.cases.kinds import Owner, Severity
from domain.cases.routing import Step
from domain.cases.states import CaseState, EntryKind
from domain.notices.kinds import StaffNoticeKind, notice_id, notice_key
from domain.subjects import SubjectKind
from models.case_routing import AlertChannel
from models.database import Database
from models.exception_case import ExceptionCase
from models.notice import Notice
from models.repositories import cases, notices
from models.repositories.cases import QueuedCase
from reports.case_alerts import CaseAlert, render_case_alert
from services.alert_channels import alert_notice, alert_of_case
from services.case_routing import Contact, Routing, channels_to_tell, people_to_tell, routing_of
from services.cases import end_incident, note, wake
from services.organizations import organization
from signing.links import LinkSigner
from workflows.client import DeliveryClient
from workflows.contracts.deliveries import DeliveryInput

_GROWN = 10  # times
_DELIVER_WITHIN = timedelta(hours=1)
_EVERYBODY = Step(roles=(Owner.OPS, Owner.ADMIN))
_ENTRIES = {
    Reason.OPENED: EntryKind.TOLD,
    Reason.ESCALATED: EntryKind.ESCALATED,
    Reason.OVERDUE: EntryKind.REMINDED,
}


@dataclass(frozen=True)
class _Incident:
    cases: int
    speaks: bool  # whether this case is told for all of them


class CaseAlerts:
    def __init__(self, database: Database, links: LinkSigner, deliveries: DeliveryClient) -> None:
        self._database = database
        self._links = links
        self._deliveries = deliveries

    async def look(self, organization_id: UUID, case_id: UUID, now: datetime) -> CaseView:
        """What following the case needs; ends its incident with its last case. Raises NotFound, Unavailable."""
        async with self._database.tenant(organization_id) as db:
            case = await cases.get_case(db, case_id)
            if case.resolved_at is not None:
                await end_incident(db, case, now)
            routing = await routing_of(db, case)
            return CaseView(
                state=case.state,
                due_at=case.due_at,
                level=case.level,
                levels=len(routing.ladder),
                next_step_at=_next_step_at(case, routing),
                snoozed_until=case.snoozed_until,
                resolved_at=case.resolved_at,
            )

    async def wake(self, organization_id: UUID, case_id: UUID, now: datetime) -> None:
        """Bring back a case whose snooze is over. Raises NotFound, Unavailable."""
        async with self._database.tenant(organization_id) as db:
            case = await cases.get_case(db, case_id, lock=True)
            if case.state == CaseState.SNOOZED and case.snoozed_until and case.snoozed_until <= now:
                await wake(db, case, now)

    async def tell(
        self, organization_id: UUID, case_id: UUID, reason: Reason, level: int, reminders: int, now: datetime
    ) -> int:
        """Tell those who have to know of a case; returns how many messages are written. A repeat tells nobody.

        What is held for somebody's quiet hours is sent when these end.
        `level`: how many steps of its escalation were told before; `reminders`: how many were sent before. Raises
        NotFound, Unavailable.
        """
        async with self._database.tenant(organization_id) as db:
            queued = await cases.get(db, case_id, lock=True)
            if not _is_current(queued.case, reason, level):
                return 0
            written = await self._write(db, queued, reason, reminders, now)
        for message in written:
            assert message.deliver_by is not None, "alerts have a deadline"
            delivery = DeliveryInput(organization_id, message.id, message.deliver_by)
            await self._deliveries.start_or_leave(delivery, after=message.send_after - now)
        return len(written)

    async def _write(
        self, db: AsyncSession, queued: QueuedCase, reason: Reason, reminders: int, now: datetime
    ) -> list[Notice]:
        case = queued.case
        if reason != Reason.OVERDUE:
            case.level += 1
        incident = await _incident(db, case, reason)
        if incident and not incident.speaks:
            note(db, case, _ENTRIES[reason], now, {"people": "0", "incident_id": str(case.incident_id)})
            return []
        step = (await routing_of(db, case)).ladder[max(case.level, 1) - 1]
        people, channels = await _readers(db, case, step, now), await channels_to_tell(db, step)
        of = f"{reason} {case.level} {reminders} {case.acknowledge_due_at.isoformat()}"
        own = await organization(db)
        rows = [self._notice(queued, reader, own.name, reason, of, incident, now) for reader in people]
        rows += [self._channel_notice(queued, channel, own.language, reason, of, now) for channel in channels]
        if await notices.by_keys(db, [row.key for row in rows]):
            return rows  # a repeat of a reminder, whose deliveries may not have been started
        await notices.prepare(db, rows)
        told = {"people": str(len(people)), "step": str(case.level)}
        if channels:
            told["channels"] = str(len(channels))
        note(db, case, _ENTRIES[reason], now, told)
        return rows

    def _channel_notice(
        self,
        queued: QueuedCase,
        channel: AlertChannel,
        language: str,
        reason: Reason,
        occasion: str,
        now: datetime,
    ) -> Notice:
        url = self._links.case_page(queued.case.id)
        alert = alert_of_case(queued, reason, url, language, includes_names=channel.includes_names)
        return alert_notice(queued.case, channel, alert, occasion, now)

    def _notice(
        self,
        queued: QueuedCase,
        reader: Contact,
        school: str,
        reason: Reason,
        occasion: str,
        incident: _Incident | None,
        now: datetime,
    ) -> Notice:
        case, kind = queued.case, case_kind(queued.case.kind)
        message = render_case_alert(
            CaseAlert(
                reader=reader.name,
                language=reader.language,
                organization=school,
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
            subject_kind=SubjectKind(reader.kind),
            subject_id=reader.id,
            kind=StaffNoticeKind.EXCEPTION,
            recipient_kind=reader.kind,
            recipient_id=reader.id,
            address=reader.address,
            subject=message.subject,
            html=message.html,
            text=message.text,
            send_after=reader.send_at,
            deliver_by=reader.send_at + _DELIVER_WITHIN,
            created_at=now,
        )


def _is_current(case: ExceptionCase, reason: Reason, level: int) -> bool:
    """Whether the case is still as whoever asks for the message knows it."""
    if case.state.is_over or case.state == CaseState.SNOOZED:
        return False
    return reason == Reason.OVERDUE or (case.state == CaseState.OPEN and case.level == level)


async def _incident(db: AsyncSession, case: ExceptionCase, reason: Reason) -> _Incident | None:
    """The incident of a case that is opened or escalated; its opening counts as told when the incident has grown."""
    if case.incident_id is None or reason == Reason.OVERDUE:
        return None
    incident = await cases.incident(db, case.incident_id, lock=True)
    size = await cases.cases_of_incident(db, incident.id)
    if reason == Reason.ESCALATED:
        return _Incident(size, await cases.leads_incident(db, case))
    has_grown = incident.told == 0 or size >= _GROWN * incident.told
    if has_grown:
        incident.told = size
    return _Incident(size, has_grown)


def _next_step_at(case: ExceptionCase, routing: Routing) -> datetime | None:
    """When the next step of the case's ladder is told; None: there is none."""
    if case.level >= len(routing.ladder):
        return None
    return case.acknowledge_due_at - routing.acknowledge_within + routing.ladder[case.level].after


async def _readers(db: AsyncSession, case: ExceptionCase, step: Step, now: datetime) -> Sequence[Contact]:
    """Who is told by mail at a step; all staff where it would tell nobody at all."""
    severity = Severity(case.severity)
    found = await people_to_tell(db, step, now, severity, case.assignee, case.session_id)
    if found or step.channels:
        return found
    return await people_to_tell(db, _EVERYBODY, now, severity)
