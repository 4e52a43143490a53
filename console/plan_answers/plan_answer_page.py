"""The page behind the link of a question about a plan. The link says who may answer: no sign-in is needed."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame import forms
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.times import zone_name
from reports.catalogue import page_words
from reports.moments import clock, moment
from services.planning.plan_questions import PlanQuestion

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/plan-answer")
async def show(request: Request, shared: Shared, now: Now, t: str) -> Response:
    """Changes nothing, because mail scanners open links."""
    return _page(request, t, await shared.plan_questions.read(t, now), now, is_saved=False)


@router.post("/plan-answer")
async def answer(request: Request, shared: Shared, now: Now, t: str) -> Response:
    """Two buttons accept or decline all classes; the third saves what was chosen for each."""
    posted = await forms.posted(request)
    asked = await shared.plan_questions.read(t, now)
    everything = forms.text(posted, "all")
    chosen = {
        one.assignment.class_id: everything or forms.text(posted, f"class-{one.assignment.class_id}")
        for one in asked.classes
    }
    accepts: dict[UUID, bool] = {key: value == "accept" for key, value in chosen.items() if value}
    return _page(request, t, await shared.plan_questions.answer(t, accepts, now), now, is_saved=bool(accepts))


def _page(request: Request, token: str, question: PlanQuestion, now: datetime, *, is_saved: bool) -> Response:
    reader = question.reader
    words = page_words("plan", reader.language)
    classes = [
        (
            one,
            moment(one.assignment.starts_at, words.language, reader.time_zone, now=now),
            clock(one.assignment.ends_at, words.language, reader.time_zone),
        )
        for one in question.classes
    ]
    return page(
        request,
        "plan_answer.html",
        words=words,
        question=question,
        classes=classes,
        token=token,
        is_saved=is_saved,
        is_instructor=reader.kind == "instructor",
        zone=zone_name(reader.time_zone),
        answer_by=moment(question.answer_by, words.language, reader.time_zone, now=now),
    )
