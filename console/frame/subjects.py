"""What a case, a message or a change is about, as a link to its page."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.people.access import Permission, Principal
from domain.subjects import Subject, SubjectKind

PAGES: Mapping[SubjectKind, str] = {
    SubjectKind.SESSION: "/sessions/{}",
    SubjectKind.GUARDIAN: "/people/guardians/{}",
    SubjectKind.STUDENT: "/people/students/{}",
    SubjectKind.INSTRUCTOR: "/people/instructors/{}",
    SubjectKind.MEMBER: "/people/members/{}",
    SubjectKind.COURSE: "/courses/{}",
    SubjectKind.ORGANIZATION: "/settings/organization",
}
_READS: Mapping[SubjectKind, Permission] = {
    SubjectKind.SESSION: Permission.SESSIONS_READ,
    SubjectKind.GUARDIAN: Permission.PEOPLE_READ,
    SubjectKind.STUDENT: Permission.PEOPLE_READ,
    SubjectKind.INSTRUCTOR: Permission.PEOPLE_READ,
    SubjectKind.MEMBER: Permission.MEMBERS_READ,
    SubjectKind.COURSE: Permission.COURSES_READ,
    SubjectKind.ORGANIZATION: Permission.ORGANIZATION_READ,
}


@dataclass(frozen=True)
class SubjectLink:
    label: str  # what kind of thing it is
    name: str
    url: str | None  # None: it has no page, or not for this reader


def subject_link(who: Principal, subject: Subject, name: str) -> SubjectLink:
    """`name` is its title or name; the id stands in for one that is not found."""
    page, permission = PAGES.get(subject.kind), _READS.get(subject.kind)
    readable = page is not None and permission is not None and who.may(permission) and bool(name)
    url = page.format(subject.id) if page and readable else None
    return SubjectLink(subject.noun.capitalize(), name or str(subject.id), url)
