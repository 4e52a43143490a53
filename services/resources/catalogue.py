"""The instances of all resources, in the order of the API documentation."""

from typing import Any

from services.resources.courses import Courses, Enrollments, Plans, Topics
from services.resources.identity_providers import IdentityProviders
from services.resources.people import Guardians, Instructors, Members, Students
from services.resources.resource import Resource
from services.resources.routing import AlertChannels, Rotas

GUARDIANS, STUDENTS, INSTRUCTORS, MEMBERS = Guardians(), Students(), Instructors(), Members()
IDENTITY_PROVIDERS = IdentityProviders()
ROTAS, ALERT_CHANNELS = Rotas(), AlertChannels()
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
    ROTAS,
    ALERT_CHANNELS,
)
