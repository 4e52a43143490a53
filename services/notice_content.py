"""The content of a notice: the facts about its class, reduced to what one recipient may read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import TransitionRefused
from domain.notices.kinds import UNSUBSCRIBABLE, WITH_CHECK_IN, WITH_JOIN_LINKS, NoticeKind
from domain.notices.timing import may_be_joined
from domain.people.roles import Role
from domain.people.sign_in import DISPUTE_LINK_TTL, FAMILY_LINK_TTL, UNSUBSCRIBE_LINK_TTL
from domain.record.documentation import DocumentationStatus, Statement, for_family
from domain.sessions.cancellations import reason_for_people
from models.course import Course
from models.organization import Organization
from models.people import Instructor, Student
from models.repositories import documents, entities, names, notices, organizations, sessions
from models.session import Participant, Session
from reports.briefings import with_plan
from reports.contexts import ClassContext
from services.check_ins import check_in_url
from services.joining import join_url, short_join_url
from services.presence_ahead import expected_and_excused
from services.recipients import Recipient
from services.recording_coverage import recording_coverage
from services.substitute_briefings import with_history
from signing.links import (
    DisputeLink,
    FamilyLink,
    LinkSigner,
    UnsubscribeLink,
    address_fingerprint,
)


@dataclass(frozen=True)
class ClassFacts:
    organization: Organization
    session: Session
    course: Course
    instructor: Instructor
    participants: list[Participant]
    topics: tuple[str, ...]
    statements: tuple[Statement, ...]
    briefing: dict[str, Any] | None
    unheard_seconds: float  # of a summary's class
    told_starts: Mapping[UUID, datetime]  # the start last named to each recipient; of a move
    changed: Sequence[Participant] = ()  # whom a notice about a change of the class's people is about


async def gather(
    db: AsyncSession, session_id: UUID, kind: NoticeKind, student_ids: Sequence[UUID] = ()
) -> ClassFacts:
    """Read what notices of a kind need. Raises TransitionRefused for a summary that is not approved."""
    session = await sessions.get_session(db, session_id)
    organization = await organizations.get_organization(db)
    assert organization is not None, "a unit of work has a tenant"
    topics = tuple(topic.title for topic in await sessions.topics(db, session.id))
    participants = await sessions.participants(db, session.id)
    statements: tuple[Statement, ...] = ()
    briefing = None
    unheard_seconds = 0.0
    if kind == NoticeKind.SUMMARY:
        statements = await _approved(db, session.id)
        coverage = await recording_coverage(db, session, session.ended_at or session.ends_at)
        unheard_seconds = coverage.unheard_seconds if coverage else 0.0
    if kind in (NoticeKind.BRIEFING, NoticeKind.ASSIGNED):
        earlier = await documents.latest_briefing(db, session.course_id)
        in_class = [person for person in participants if person.in_class]
        expected, excused = expected_and_excused(in_class, session.starts_at)
        briefing = await with_history(
            db, session, with_plan(earlier, topics=topics, students=expected, excused=excused)
        )
    told_starts: Mapping[UUID, datetime] = {}
    if kind == NoticeKind.RESCHEDULED:
        told_starts = await notices.told_starts(db, session.id)
    return ClassFacts(
        organization,
        session,
        await entities.get(db, Course, session.course_id),
        await entities.get(db, Instructor, session.instructor_id),
        participants,
        topics,
        statements,
        briefing,
        unheard_seconds,
        told_starts,
        await _changed(db, kind, session, participants, student_ids),
    )


async def _changed(
    db: AsyncSession,
    kind: NoticeKind,
    session: Session,
    participants: Sequence[Participant],
    student_ids: Sequence[UUID],
) -> Sequence[Participant]:
    """Those of the students for whom the notice is still true: who was added is in the class, who was removed is not.

    Who was removed before the room opened is no participant any more, and is made one for the notice alone.
    """
    in_class = {person.student_id: person for person in participants if person.in_class}
    if kind == NoticeKind.ADDED:
        return [in_class[key] for key in student_ids if key in in_class]
    if kind != NoticeKind.REMOVED:
        return ()
    gone = [key for key in student_ids if key not in in_class]
    return [
        Participant(
            id=key,
            organization_id=session.organization_id,
            session_id=session.id,
            role=Role.STUDENT,
            student_id=key,
            name=name,
        )
        for key, name in (await names.of(db, Student, gone)).items()
    ]


def context(
    facts: ClassFacts, kind: NoticeKind, recipient: Recipient, links: LinkSigner, now: datetime
) -> ClassContext:
    session = facts.session
    joining = recipient.participants if kind in WITH_JOIN_LINKS else ()
    joins = join_urls(session, links, joining, now)
    children = {p.student_id: p.name for p in recipient.participants if p.student_id}
    in_class = [person for person in facts.participants if person.in_class]
    shown = in_class if recipient.kind == "instructor" else recipient.participants
    return ClassContext(
        organization=facts.organization.name,
        course=facts.course.title,
        title=session.title,
        instructor=facts.instructor.name,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        reader=recipient.name,
        written_at=now,
        unheard_seconds=facts.unheard_seconds,
        previous_start=_previous_start(facts, recipient),
        cancel_reason=reason_for_people(session.cancel_reason),
        students=tuple(p.name for p in shown if p.role == Role.STUDENT),
        join_urls=joins,
        short_links=_short_links(links, joining, joins),
        page_url=links.session_page(session.id),
        check_in_url=_check_in_url(session, links, recipient, now) if kind in WITH_CHECK_IN else "",
        dispute_url=_dispute_url(session, kind, recipient, links, now),
        contact=facts.organization.contact_email or "",
        is_student=recipient.kind == "student",
        family_url=_family_url(session, recipient, links, now),
        unsubscribe_url=_unsubscribe_url(session, kind, recipient, links, now),
        topics=facts.topics,
        statements=for_family(facts.statements, children),
        children=children,
        briefing=facts.briefing,
    )


def join_urls(
    session: Session, links: LinkSigner, participants: Sequence[Participant], now: datetime
) -> tuple[tuple[str, str], ...]:
    """The names of these participants, each with their join link; none of a class that is over."""
    if not may_be_joined(session.state, session.ends_at, now):
        return ()
    return tuple((person.name, join_url(links, session, person)) for person in participants)


def _short_links(
    links: LinkSigner, participants: Sequence[Participant], joins: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """The short forms of these participants' join links, by the long ones of `join_urls`, which may be none."""
    both = [
        (url, short_join_url(links, person)) for (_, url), person in zip(joins, participants, strict=False)
    ]
    return {url: short for url, short in both if short}


def _check_in_url(session: Session, links: LinkSigner, recipient: Recipient, now: datetime) -> str:
    """Empty for an instructor who has checked in, or does not teach the class."""
    own = next(iter(recipient.participants), None)
    if (
        own is None
        or own.instructor_id is None
        or own.has_checked_in(session.starts_at)
        or now >= session.starts_at
    ):
        return ""
    return check_in_url(links, session, own)


def _dispute_url(
    session: Session, kind: NoticeKind, recipient: Recipient, links: LinkSigner, now: datetime
) -> str:
    own = next(iter(recipient.participants), None)
    if kind != NoticeKind.MISSED or own is None:
        return ""
    address = address_fingerprint(recipient.address)
    link = DisputeLink(session.organization_id, session.id, own.id, recipient.kind, recipient.id, address)
    return links.dispute_url(link, now + DISPUTE_LINK_TTL)


def _previous_start(facts: ClassFacts, recipient: Recipient) -> datetime | None:
    """The start that the recipient was told before; None if that is no other one."""
    told = facts.told_starts.get(recipient.id)
    return told if told != facts.session.starts_at else None


def _family_url(session: Session, recipient: Recipient, links: LinkSigner, now: datetime) -> str:
    """The guardian's page; the link is valid for FAMILY_LINK_TTL after the notice and after the class."""
    if recipient.kind != "guardian":
        return ""
    link = FamilyLink(session.organization_id, recipient.id, recipient.address)
    return links.family_url(link, max(now, session.ends_at) + FAMILY_LINK_TTL)


def _unsubscribe_url(
    session: Session, kind: NoticeKind, recipient: Recipient, links: LinkSigner, now: datetime
) -> str:
    if recipient.kind not in ("guardian", "student") or kind not in UNSUBSCRIBABLE:
        return ""
    address = address_fingerprint(recipient.address)
    link = UnsubscribeLink(session.organization_id, recipient.kind, recipient.id, address, kind)
    return links.unsubscribe_url(link, now + UNSUBSCRIBE_LINK_TTL)


async def _approved(db: AsyncSession, session_id: UUID) -> tuple[Statement, ...]:
    """The approved statements. Raises TransitionRefused, because nothing unapproved may reach a family."""
    row = await documents.documentation(db, session_id)
    if row is None or row.status != DocumentationStatus.APPROVED:
        raise TransitionRefused("a summary can only be sent once the documentation is approved")
    return await documents.statements(db, session_id, row.revision)
