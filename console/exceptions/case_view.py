"""The view model of the page of an exception, read in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from console.exceptions.case_actions import CaseAction, Reach, case_actions, notice_of
from console.exceptions.case_facts import distinction, names_in
from console.exceptions.case_timeline import TimelineEntry, timeline
from console.exceptions.contacts import Contact, contacts
from console.exceptions.staff import assignees
from console.frame.case_people import people_in_cases, who_first
from console.frame.class_dialogs import dialogs
from console.frame.subjects import SubjectLink, subject_link
from domain.cases.catalogue import case_kind
from domain.cases.kinds import CaseKind
from domain.cases.states import EntryKind
from domain.people.access import Permission, Principal
from models.exception_case import ExceptionCase, Incident
from models.notice import Notice
from models.repositories import cases, people, sessions
from models.repositories.cases import QueuedCase
from models.session import Session


@dataclass(frozen=True)
class IncidentBanner:
    incident: Incident
    total: int
    unresolved: int


@dataclass(frozen=True)
class CaseView:
    queued: QueuedCase
    kind: CaseKind
    person: str  # whose name stands first; empty where the case concerns no single person
    about: SubjectLink
    occasion: str
    facts: Sequence[tuple[str, str]]
    timeline: Sequence[TimelineEntry]
    tried: Sequence[TimelineEntry]  # of the time line, the repairs
    contacts: Sequence[Contact]
    actions: Sequence[CaseAction]
    banner: IncidentBanner | None
    session: Session | None
    notice: Notice | None  # that can be sent again
    staff: Sequence[tuple[str, str]]  # ids with names; the reader first, as ""
    dialogs: dict[str, Any]
    assignee: str
    acknowledged_by: str
    resolved_by: str

    @property
    def case(self) -> ExceptionCase:
        return self.queued.case

    @property
    def heading(self) -> str:
        return self.person or self.about.name

    @property
    def families(self) -> str:
        """A mail to all families at once, none of whom sees the others; empty for fewer than two."""
        addresses = sorted({contact.email for contact in self.contacts if contact.family and contact.email})
        return f"mailto:?bcc={quote(','.join(addresses))}" if len(addresses) > 1 else ""


async def case_view(db: AsyncSession, who: Principal, case_id: UUID, now: datetime) -> CaseView:
    """Raises NotFound."""
    queued = await cases.get(db, case_id)
    case = queued.case
    named = await people_in_cases(db, [case])
    history = await cases.entries(db, case_id)
    actors = [case.assignee, case.acknowledged_by, case.resolved_by, *(entry.by for entry in history)]
    found = await names_in(db, [case.detail, *(entry.detail for entry in history)], actors)
    kind = case_kind(case.kind)
    session = await sessions.get_session(db, case.session_id) if case.session_id else None
    lines = timeline(who, case, history, found)
    reach = Reach(who, case, session, notice_of(case))
    return CaseView(
        queued=queued,
        kind=kind,
        person=who_first(queued, named),
        about=subject_link(who, case.about, queued.title),
        occasion=distinction(case, named),
        facts=found.facts(case.detail),
        timeline=lines,
        tried=[line for line in lines if line.kind == EntryKind.TRIED],
        contacts=await contacts(db, who, case),
        actions=case_actions(reach, kind.actions),
        banner=await _banner(db, case),
        session=session,
        notice=await _notice(db, reach),
        staff=[(actor.partition(":")[2], name) for actor, name in await assignees(db, who)],
        dialogs=dialogs(session, await people.instructors(db), now) if session else {},
        assignee=found.author(case.assignee),
        acknowledged_by=found.author(case.acknowledged_by),
        resolved_by=found.author(case.resolved_by),
    )


async def _banner(db: AsyncSession, case: ExceptionCase) -> IncidentBanner | None:
    if case.incident_id is None:
        return None
    return IncidentBanner(
        await cases.incident(db, case.incident_id),
        await cases.cases_of_incident(db, case.incident_id),
        await cases.unresolved_of_incident(db, case.incident_id),
    )


async def _notice(db: AsyncSession, reach: Reach) -> Notice | None:
    """The message of the case, where it can be sent again: messages about classes can."""
    if reach.notice_id is None or not reach.who.may(Permission.NOTICES_READ):
        return None
    notice = await db.get(Notice, reach.notice_id)
    return notice if notice and notice.session_id else None
