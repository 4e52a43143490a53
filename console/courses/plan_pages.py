"""Curriculum plans: in which order, and in how many classes each, a course's topics are taught."""

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
from console.frame.rendering import page, went
from console.frame.viewers import Desk, same_origin
from console.records import related
from console.records.record_pages import made_as, version_of
from domain.errors import HomeroomError, StaleVersion
from domain.people.access import Permission
from models.course import Course, CurriculumPlan, Topic
from services.inputs.courses import NewPlan, PlanChange
from services.resources.catalogue import COURSES, PLANS

router = APIRouter(prefix="/courses/{key}/plans", include_in_schema=False, route_class=PageRoute)
WRITE = permits(Permission.COURSES_WRITE)
OWN_SITE = Depends(same_origin)
_PLAN = (Field("title", "Title", wrong="Enter a single line of text."), Field("external_id", "External ID"))


@dataclass(frozen=True)
class Line:
    """One topic of the course in the form; without a number of classes it is not in the plan."""

    topic: Topic
    place: str
    sessions: str
    note: str


@router.get("/new", dependencies=[WRITE])
async def new(request: Request, key: UUID, shared: Shared, who: Desk) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        course = await COURSES.get(db, key)
        lines = _lines(await related.topics(db, key), None)
    return _page(request, course, forms.blank(_PLAN, NewPlan, {}), lines, {"key": str(uuid7())})


@router.post("/new", dependencies=[OWN_SITE, WRITE])
async def make(request: Request, key: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    posted = await forms.posted(request)
    form = forms.typed(forms.blank(_PLAN, NewPlan, {}), posted)
    async with shared.database.tenant(who.organization_id) as db:
        course = await COURSES.get(db, key)
        lines = _typed(_lines(await related.topics(db, key), None), posted)
    try:
        made = NewPlan.model_validate({**forms.body(form), "course_id": key, "items": _items(lines)})
        async with shared.database.tenant(who.organization_id) as db:
            await PLANS.create(db, who.organization_id, made_as(posted), made, now)
    except (ValidationError, HomeroomError) as error:
        hidden = {"key": forms.text(posted, "key")}
        return _page(request, course, forms.refused(form, error), lines, hidden)
    return went(request, f"/courses/{key}#plans", "made")


@router.get("/{plan_id}", dependencies=[permits(Permission.COURSES_READ)])
async def show(request: Request, key: UUID, plan_id: UUID, shared: Shared, who: Desk) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        plan, course, form, lines = await _present(db, key, plan_id)
        past = await history(db, who, plan_id)
    return _page(request, course, form, lines, {"version": str(plan.version)}, plan, history=past, row=plan)


@router.post("/{plan_id}", dependencies=[OWN_SITE, WRITE])
async def change(request: Request, key: UUID, plan_id: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        plan, course, present, there = await _present(db, key, plan_id)
    form, lines = forms.typed(present, posted), _typed(there, posted)
    try:
        wanted = PlanChange.model_validate({**forms.body(form), "items": _items(lines)})
        async with shared.database.tenant(who.organization_id) as db:
            await PLANS.update(db, plan_id, wanted, version_of(posted), now)
    except StaleVersion as error:
        told = forms.overtaken(form, present, error)
        return _page(request, course, told, lines, {"version": str(plan.version)}, plan)
    except (ValidationError, HomeroomError) as error:
        hidden = {"version": forms.text(posted, "version")}
        return _page(request, course, forms.refused(form, error), lines, hidden, plan)
    return went(request, f"/courses/{key}/plans/{plan_id}", "saved")


@router.post("/{plan_id}/retire", dependencies=[OWN_SITE, WRITE])
async def retire(request: Request, key: UUID, plan_id: UUID, shared: Shared, who: Desk, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await PLANS.retire(db, plan_id, None, now)
    return went(request, f"/courses/{key}#plans", "retired")


@router.post("/{plan_id}/restore", dependencies=[OWN_SITE, WRITE])
async def restore(
    request: Request, key: UUID, plan_id: UUID, shared: Shared, who: Desk, now: Now
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await PLANS.restore(db, plan_id, now)
    return went(request, f"/courses/{key}/plans/{plan_id}", "restored")


async def _present(
    db: AsyncSession, key: UUID, plan_id: UUID
) -> tuple[CurriculumPlan, Course, Form, list[Line]]:
    plan, course = await PLANS.get(db, plan_id), await COURSES.get(db, key)
    values = {"title": plan.title, "external_id": plan.external_id}
    return plan, course, forms.blank(_PLAN, NewPlan, values), _lines(await related.topics(db, key), plan)


def _lines(topics: list[Topic], plan: CurriculumPlan | None) -> list[Line]:
    """A fresh plan has each topic once; one that is there has its own, and the rest without a number."""
    if plan is None:
        return [Line(topic, str(place), "1", "") for place, topic in enumerate(topics, 1)]
    items: dict[str, tuple[int, Any]] = {i["topic_id"]: (place, i) for place, i in enumerate(plan.items, 1)}
    lines = []
    for topic in topics:
        place, item = items.get(str(topic.id), (len(items) + 1, {}))
        lines.append(Line(topic, str(place), str(item.get("sessions", "")), str(item.get("note", ""))))
    return sorted(lines, key=_place)


def _typed(lines: list[Line], posted: FormData) -> list[Line]:
    found = [
        Line(
            line.topic,
            *(
                forms.text(posted, f"{name}-{line.topic.id}").strip()
                for name in ("place", "sessions", "note")
            ),
        )
        for line in lines
    ]
    return sorted(found, key=_place)


def _place(line: Line) -> int:
    return (
        int(line.place) if line.place.isascii() and line.place.isdigit() and len(line.place) < 6 else 99_999
    )


def _items(lines: list[Line]) -> list[dict[str, str]]:
    return [
        {"topic_id": str(line.topic.id), "sessions": line.sessions, "note": line.note}
        for line in lines
        if line.sessions not in ("", "0")
    ]


def _page(
    request: Request,
    course: Course,
    form: Form,
    lines: list[Line],
    hidden: dict[str, str],
    plan: CurriculumPlan | None = None,
    **more: Any,
) -> Response:
    one = f"/courses/{course.id}/plans/{plan.id if plan else 'new'}"
    context = {"course": course, "form": form, "lines": lines, "hidden": hidden, "plan": plan, "one": one}
    return page(request, "plan.html", 200 if form.ok else 422, **context, **more, path="/courses")
