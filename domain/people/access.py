"""Access control: roles of accounts and API keys, permissions, and the table that grants them."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.errors import NotAllowed, NotFound


class AccessRole(StrEnum):
    ADMIN = "admin"  # manages rules, keys and staff; has every permission of the organization's
    OPS = "ops"  # runs the classes day by day
    INSTRUCTOR = "instructor"  # teaches and reviews its own classes
    GUARDIAN = "guardian"  # sees its own children
    INTEGRATOR = "integrator"  # another system of the organization, by key


class Permission(StrEnum):
    """What a route requires; also the scopes of an API key."""

    ORGANIZATION_READ = "organization:read"
    ORGANIZATION_WRITE = "organization:write"
    POLICY_READ = "policy:read"
    POLICY_WRITE = "policy:write"
    PEOPLE_READ = "people:read"  # guardians, students, instructors
    PEOPLE_WRITE = "people:write"
    COURSES_READ = "courses:read"  # courses, topics, curriculum plans
    COURSES_WRITE = "courses:write"
    ENROLLMENTS_READ = "enrollments:read"
    ENROLLMENTS_WRITE = "enrollments:write"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"  # book, move, extend, cancel, substitute
    SESSIONS_RUN = "sessions:run"  # end a running class, let a guest in
    LINKS_READ = "links:read"  # join links
    RECORD_READ = "record:read"  # attendance, engagement, exceptions of one class
    TRANSCRIPT_READ = "transcript:read"  # transcript and sound
    DOCUMENTATION_READ = "documentation:read"
    DOCUMENTATION_REVIEW = "documentation:review"
    NOTICES_READ = "notices:read"
    EXCEPTIONS_READ = "exceptions:read"
    EXCEPTIONS_WRITE = "exceptions:write"
    ROUTING_READ = "routing:read"  # who is told of exceptions: rules, on-call rotas, channels
    ROUTING_WRITE = "routing:write"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    FAMILY_READ = "family:read"  # next class, links and approved summaries of one's own children
    EVENTS_READ = "events:read"  # the change feed
    EXPORTS_READ = "exports:read"
    AUDIT_READ = "audit:read"
    KEYS_MANAGE = "keys:manage"
    MEMBERS_READ = "members:read"
    MEMBERS_MANAGE = "members:manage"


class Reach(StrEnum):
    """Which rows a permission covers."""

    ALL = "all"  # everything in the organization
    OWN = "own"  # an instructor's classes; a guardian's children


_R, _P = AccessRole, Permission
_ALL, _OWN = Reach.ALL, Reach.OWN

PERMISSIONS: dict[Permission, dict[AccessRole, Reach]] = {
    _P.ORGANIZATION_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _ALL, _R.INTEGRATOR: _ALL},
    _P.ORGANIZATION_WRITE: {_R.ADMIN: _ALL},
    _P.POLICY_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.POLICY_WRITE: {_R.ADMIN: _ALL, _R.INTEGRATOR: _ALL},
    _P.PEOPLE_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.PEOPLE_WRITE: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.COURSES_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _ALL, _R.INTEGRATOR: _ALL},
    _P.COURSES_WRITE: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.ENROLLMENTS_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.ENROLLMENTS_WRITE: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.SESSIONS_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _OWN, _R.INTEGRATOR: _ALL},
    _P.SESSIONS_WRITE: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.SESSIONS_RUN: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _OWN, _R.INTEGRATOR: _ALL},
    _P.LINKS_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _OWN, _R.INTEGRATOR: _ALL},
    _P.RECORD_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _OWN, _R.INTEGRATOR: _ALL},
    _P.TRANSCRIPT_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _OWN, _R.INTEGRATOR: _ALL},
    _P.DOCUMENTATION_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _OWN, _R.INTEGRATOR: _ALL},
    _P.DOCUMENTATION_REVIEW: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _OWN, _R.INTEGRATOR: _ALL},
    _P.NOTICES_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.EXCEPTIONS_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.EXCEPTIONS_WRITE: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.ROUTING_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL},
    _P.ROUTING_WRITE: {_R.ADMIN: _ALL},
    _P.FILES_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _OWN, _R.INTEGRATOR: _ALL},
    _P.FILES_WRITE: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INSTRUCTOR: _OWN, _R.INTEGRATOR: _ALL},
    _P.FAMILY_READ: {_R.GUARDIAN: _OWN},
    _P.EVENTS_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.EXPORTS_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL, _R.INTEGRATOR: _ALL},
    _P.AUDIT_READ: {_R.ADMIN: _ALL},
    _P.KEYS_MANAGE: {_R.ADMIN: _ALL},
    _P.MEMBERS_READ: {_R.ADMIN: _ALL, _R.OPS: _ALL},
    _P.MEMBERS_MANAGE: {_R.ADMIN: _ALL},
}

STAFF = (AccessRole.ADMIN, AccessRole.OPS)  # roles of members, who sign in to the console
KEY_ROLES = (AccessRole.ADMIN, AccessRole.OPS, AccessRole.INTEGRATOR)  # roles an API key may have


@dataclass(frozen=True)
class Principal:
    """The authenticated caller, within one organization."""

    organization_id: UUID
    role: AccessRole
    actor: str  # as written to the audit log: "key:<id>", "member:<id>", "instructor:<id>", "guardian:<id>", "operator"
    person_id: UUID | None = None  # the instructor or guardian that Reach.OWN refers to
    scopes: frozenset[Permission] | None = (
        None  # limits a key to fewer permissions than its role has; None: no limit
    )

    def may(self, permission: Permission) -> bool:
        """Whether the caller has the permission, with any reach."""
        return self.reach(permission) is not None

    def reach(self, permission: Permission) -> Reach | None:
        """How far the permission reaches for this caller, None if it is not granted."""
        if self.scopes is not None and permission not in self.scopes:
            return None
        return PERMISSIONS[permission].get(self.role)


def permissions_of(role: AccessRole) -> frozenset[Permission]:
    """All permissions of a role, with any reach."""
    return frozenset(permission for permission, roles in PERMISSIONS.items() if role in roles)


def sees_all_classes(principal: Principal) -> bool:
    """Whether the caller sees every class of the organization, not only their own."""
    return principal.role not in (AccessRole.INSTRUCTOR, AccessRole.GUARDIAN)


def require_acts_for(principal: Principal, instructor_id: UUID, missing: str) -> None:
    """Let instructors decide for themselves, and staff and keys that book classes for any instructor.

    Raises NotFound with the text `missing` for another instructor, NotAllowed without the permission.
    """
    if not sees_all_classes(principal):
        if principal.person_id != instructor_id:
            raise NotFound(missing)
    elif not principal.may(Permission.SESSIONS_WRITE):
        raise NotAllowed(
            f"to decide for an instructor needs the permission {Permission.SESSIONS_WRITE}",
            next_step="Ask an admin of your organization for a role or a key that has it.",
        )
