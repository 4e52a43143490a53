"""All kinds, in the order they are described."""

from typing import Any

from api.resources.access import IdentityProviders
from api.resources.courses import Courses, Enrollments, Plans, Topics
from api.resources.people import Guardians, Instructors, Members, Students
from api.resources.resource import Resource

GUARDIANS, STUDENTS, INSTRUCTORS, MEMBERS = Guardians(), Students(), Instructors(), Members()
IDENTITY_PROVIDERS = IdentityProviders()
COURSES, TOPICS, PLANS, ENROLLMENTS = Courses(), Topics(), Plans(), Enrollments()

RESOURCES: tuple[Resource[Any], ...] = (
    GUARDIANS,
    STUDENTS,
    INSTRUCTORS,
    COURSES,
    TOPICS,
    PLANS,
    ENROLLMENTS,
    MEMBERS,
    IDENTITY_PROVIDERS,
)
