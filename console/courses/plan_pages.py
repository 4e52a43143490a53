"""Pages of curriculum plans: the order of a course's topics, and how many classes each takes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.forms import Field, Form
from console.frame.history import history
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from console.records import related
from console.records.record_pages import posted_key, posted_version
from domain.errors import HomeroomError, StaleVersion
from domain.people.access import Permission
from models.course import Course, CurriculumPlan, Topic
from services import form_keys
from services.inputs.courses import NewPlan, PlanChange
from services.resources.catalogue import COURSES, PLANS

router = APIRouter(prefix="/courses/{key}/plans", include_in_schema=False, route_class=PageRoute)
WRITE = permits(Permission.COURSES_WRITE)
SAME_ORIGIN = Depends(same_origin)
_PLAN = (Field("title", "Title", wrong="Enter a single line of text."), Field("external_id", "External ID"))


@dataclass(frozen=True)
class PlanLine:
    """A topic of the course in the form, with what was typed; without a number of classes it is not in the plan."""

    topic: Topic
    position: str
    sessions: str
    note: str


@router.get("/new", dependencies=[WRITE])
async def new(request: Request, key: UUID, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        course = await COURSES.get(db, key)
        lines = _lines(await related.topics(db, key), None)
    return _page(request, course, forms.build(_PLAN, NewPlan, {}), lines, {"key": str(uuid7())})


@router.post("/new", dependencies=[SAME_ORIGIN, WRITE])
async def make(request: Request, key: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    form = forms.with_input(forms.build(_PLAN, NewPlan, {}), posted)
    async with shared.database.tenant(who.organization_id) as db:
        course = await COURSES.get(db, key)
        lines = _typed(_lines(await related.topics(db, key), None), posted)
    try:
        made = NewPlan.model_validate({**forms.values(form), "course_id": key, "items": _items(lines)})
        async with shared.database.tenant(who.organization_id) as db:
            plan_id = await form_keys.claim(db, who, posted_key(posted), "add plan", made, now)
            await PLANS.create(db, who.organization_id, plan_id, made, now)
    except (ValidationError, HomeroomError) as error:
        hidden = {"key": forms.text(posted, "key")}
        return _page(request, course, forms.with_errors(form, error), lines, hidden)
    return go_to(request, f"/courses/{key}#plans", "made")


@router.get("/{plan_id}", dependencies=[permits(Permission.COURSES_READ)])
async def show(request: Request, key: UUID, plan_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        plan, course, form, lines = await _current(db, key, plan_id)
        past = await history(db, who, plan_id)
    return _page(request, course, form, lines, {"version": str(plan.version)}, plan, history=past, row=plan)


@router.post("/{plan_id}", dependencies=[SAME_ORIGIN, WRITE])
async def change(
    request: Request, key: UUID, plan_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        plan, course, current, lines = await _current(db, key, plan_id)
    form, lines = forms.with_input(current, posted), _typed(lines, posted)
    try:
        wanted = PlanChange.model_validate({**forms.values(form), "items": _items(lines)})
        async with shared.database.tenant(who.organization_id) as db:
            await PLANS.update(db, plan_id, wanted, posted_version(posted), now)
    except StaleVersion as error:
        conflict = forms.with_conflict(form, current, error)
        return _page(request, course, conflict, lines, {"version": str(plan.version)}, plan)
    except (ValidationError, HomeroomError) as error:
        hidden = {"version": forms.text(posted, "version")}
        return _page(request, course, forms.with_errors(form, error), lines, hidden, plan)
    return go_to(request, f"/courses/{key}/plans/{plan_id}", "saved")


@router.post("/{plan_id}/retire", dependencies=[SAME_ORIGIN, WRITE])
async def retire(
    request: Request, key: UUID, plan_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await PLANS.retire(db, plan_id, None, now)
    return go_to(request, f"/courses/{key}#plans", "retired")


@router.post("/{plan_id}/restore", dependencies=[SAME_ORIGIN, WRITE])
async def restore(
    request: Request, key: UUID, plan_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await PLANS.restore(db, plan_id, now)
    return go_to(request, f"/courses/{key}/plans/{plan_id}", "restored")


async def _current(
    db: AsyncSession, key: UUID, plan_id: UUID
) -> tuple[CurriculumPlan, Course, Form, list[PlanLine]]:
    plan, course = await PLANS.get(db, plan_id), await COURSES.get(db, key)
    values = {"title": plan.title, "external_id": plan.external_id}
    return plan, course, forms.build(_PLAN, NewPlan, values), _lines(await related.topics(db, key), plan)


def _lines(topics: list[Topic], plan: CurriculumPlan | None) -> list[PlanLine]:
    """A new plan has each topic once; an existing one has its own topics first, then the others without classes."""
    if plan is None:
        return [PlanLine(topic, str(position), "1", "") for position, topic in enumerate(topics, 1)]
    items: dict[str, tuple[int, Any]] = {
        item["topic_id"]: (position, item) for position, item in enumerate(plan.items, 1)
    }
    lines = []
    for topic in topics:
        position, item = items.get(str(topic.id), (len(items) + 1, {}))
        lines.append(PlanLine(topic, str(position), str(item.get("sessions", "")), str(item.get("note", ""))))
    return sorted(lines, key=_position)


def _typed(lines: list[PlanLine], posted: FormData) -> list[PlanLine]:
    typed = [
        PlanLine(
            line.topic,
            *(
                forms.text(posted, f"{name}-{line.topic.id}").strip()
                for name in ("position", "sessions", "note")
            ),
        )
        for line in lines
    ]
    return sorted(typed, key=_position)


def _position(line: PlanLine) -> int:
    return (
        int(line.position)
        if line.position.isascii() and line.position.isdigit() and len(line.position) < 6
        else 99_999
    )


def _items(lines: list[PlanLine]) -> list[dict[str, str]]:
    return [
        {"topic_id": str(line.topic.id), "sessions": line.sessions, "note": line.note}
        for line in lines
        if line.sessions not in ("", "0")
    ]


def _page(
    request: Request,
    course: Course,
    form: Form,
    lines: list[PlanLine],
    hidden: dict[str, str],
    plan: CurriculumPlan | None = None,
    **more: Any,
) -> Response:
    url = f"/courses/{course.id}/plans/{plan.id if plan else 'new'}"
    context = {"course": course, "form": form, "lines": lines, "hidden": hidden, "plan": plan, "url": url}
    return page(request, "plan.html", 200 if form.ok else 422, **context, **more, path="/courses")
