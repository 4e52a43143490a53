"""Links to the subject of a case or a message: the class, person or course that it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.people.access import Permission, Principal
from domain.subjects import Subject, SubjectKind
from models.notice import Notice
from models.repositories import names

PAGES: Mapping[SubjectKind, str] = {
    SubjectKind.SESSION: "/sessions/{}",
    SubjectKind.GUARDIAN: "/people/guardians/{}",
    SubjectKind.STUDENT: "/people/students/{}",
    SubjectKind.INSTRUCTOR: "/people/instructors/{}",
    SubjectKind.MEMBER: "/people/members/{}",
    SubjectKind.COURSE: "/courses/{}",
    SubjectKind.SERIES: "/series/{}",
    SubjectKind.PLAN: "/plans/{}",
    SubjectKind.IMPORT: "/classes/import/{}",
    SubjectKind.ORGANIZATION: "/settings/organization",
    SubjectKind.ROTA: "/settings/rotas/{}",
    SubjectKind.ALERT_CHANNEL: "/settings/channels/{}",
}
_READS: Mapping[SubjectKind, Permission] = {
    SubjectKind.SESSION: Permission.SESSIONS_READ,
    SubjectKind.GUARDIAN: Permission.PEOPLE_READ,
    SubjectKind.STUDENT: Permission.PEOPLE_READ,
    SubjectKind.INSTRUCTOR: Permission.PEOPLE_READ,
    SubjectKind.MEMBER: Permission.MEMBERS_READ,
    SubjectKind.COURSE: Permission.COURSES_READ,
    SubjectKind.SERIES: Permission.SESSIONS_WRITE,
    SubjectKind.PLAN: Permission.SESSIONS_WRITE,
    SubjectKind.IMPORT: Permission.SESSIONS_WRITE,
    SubjectKind.ORGANIZATION: Permission.ORGANIZATION_READ,
    SubjectKind.ROTA: Permission.ROUTING_READ,
    SubjectKind.ALERT_CHANNEL: Permission.ROUTING_READ,
}


@dataclass(frozen=True)
class SubjectLink:
    label: str  # its kind, such as Class or Student
    name: str
    url: str | None  # None: it has no page, or the reader may not open it


def subject_link(who: Principal, subject: Subject, name: str) -> SubjectLink:
    """`name` is the subject's title or name; empty where it was not found, and then the id is shown."""
    page, permission = PAGES.get(subject.kind), _READS.get(subject.kind)
    readable = page is not None and permission is not None and who.may(permission) and bool(name)
    url = page.format(subject.id) if page and readable else None
    return SubjectLink(subject.noun.capitalize(), name or str(subject.id), url)


async def recipient_links(
    db: AsyncSession, who: Principal, rows: Sequence[Notice]
) -> dict[UUID, SubjectLink]:
    """Links to the people whom messages are for, by message."""
    to = {row.id: Subject(SubjectKind(row.recipient_kind), row.recipient_id) for row in rows}
    by_subject = await names.of_subjects(db, set(to.values()))
    return {key: subject_link(who, subject, by_subject.get(subject, "")) for key, subject in to.items()}
