"""The change log of the organization, filtered by kind of record, author and date."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.dependencies import Shared
from console.frame.history import entries
from console.frame.lists import ROWS, paged, read_query
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import by_htmx, page
from console.frame.settings_tabs import tabs
from console.frame.subjects import PAGES
from console.frame.viewers import CurrentUser
from domain.people.access import Permission
from domain.scheduling.wall_time import first_moment
from models.repositories import change_log
from models.repositories.change_log import LogFilter, read_position, write_position
from services.inputs import patterns
from services.inputs.fields import WallTime
from services.organizations import organization

router = APIRouter(
    prefix="/settings/audit",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.AUDIT_READ)],
)
SUBJECTS = (
    ("", "Everything"),
    ("session", "Classes"),
    ("student", "Students"),
    ("guardian", "Guardians"),
    ("instructor", "Instructors"),
    ("member", "Staff"),
    ("course", "Courses"),
    ("topic", "Topics"),
    ("enrollment", "Enrollments"),
    ("curriculum_plan", "Curriculum plans"),
    ("organization", "Organization and rules"),
    ("api_key", "API keys"),
    ("exception", "Exceptions"),
    ("notice", "Messages"),
    ("documentation", "Documentation"),
    ("sign_in", "Sign-ins"),
)
_PAGES = {kind.value: page for kind, page in PAGES.items()} | {
    "api_key": "/settings/keys/{}",
    "exception": "/exceptions/{}",
    "notice": "/outbox/{}",
    "qualification": "/people/instructors/{}",
    "student_guardian": "/people/students/{}",
}


class AuditFilter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    subject: str = Field("", pattern=patterns.SUBJECT_KIND)
    subject_id: UUID | None = None
    actor: str = Field("", max_length=100)
    since: Annotated[WallTime | None, Query()] = None  # a date of the school's zone
    until: Annotated[WallTime | None, Query()] = None
    cursor: str | None = Field(None, max_length=40)
    limit: int = ROWS


@router.get("")
async def show(request: Request, shared: Shared, who: CurrentUser) -> Response:
    wanted = read_query(request, AuditFilter)
    async with shared.database.tenant(who.organization_id) as db:
        zone = (await organization(db)).time_zone
        log_filter = _log_filter(wanted, ZoneInfo(zone))
        rows = await change_log.before(db, read_position(wanted.cursor), ROWS + 1, log_filter)
        changes = await entries(db, rows[:ROWS])
    cursor = write_position(rows[ROWS - 1]) if len(rows) > ROWS else None
    list_page = paged(request, changes, "", cursor)
    template = "parts/audit.html" if by_htmx(request) else "audit.html"
    return page(
        request,
        template,
        list=list_page,
        subjects=SUBJECTS,
        pages_of=_PAGES,
        zone=zone,
        tabs=tabs(who),
        path="/settings/audit",
    )


def _log_filter(wanted: AuditFilter, zone: ZoneInfo) -> LogFilter:
    """What was changed from the first day until the end of the last one."""
    end = wanted.until + timedelta(days=1) if wanted.until else None
    return LogFilter(
        kinds=(f"{wanted.subject}.*",) if wanted.subject else (),
        subject_id=wanted.subject_id,
        actor=wanted.actor,
        since=first_moment(wanted.since, zone) if wanted.since else None,
        until=first_moment(end, zone) if end else None,
    )
