"""Acts on the selected classes: first what will happen and to whom mail goes, then the result for each class."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import Field
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.classes import class_filter
from console.classes.class_filter import Unclear
from console.classes.row_times import RowTimes
from console.classes.shifts import read_shift, shown_shift
from console.frame.labels import cancellation_label
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import page
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import InvalidInput, UnknownReference
from domain.people.access import Permission, Principal
from domain.scheduling.volunteers import Audience
from domain.sessions.bulk_acts import ClassAct
from domain.sessions.cancellations import CancelReason
from services.bulk_classes import ClassResult
from services.class_moves import is_overridable
from services.inputs.class_acts import MOST_CLASSES, ClassActs
from services.inputs.fields import Schema
from services.organizations import organization as organization_of

router = APIRouter(
    prefix="/classes/acts",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[Depends(same_origin), permits(Permission.SESSIONS_WRITE)],
)
_TITLES = {
    ClassAct.CANCEL: ("Cancel", "Cancelled"),
    ClassAct.MOVE: ("Move", "Moved"),
    ClassAct.SUBSTITUTE: ("Find substitutes for", "Search begun for"),
    ClassAct.OPEN_TO_VOLUNTEERS: ("Ask volunteers for", "Volunteers asked for"),
    ClassAct.CLOSE_TO_VOLUNTEERS: ("Close to volunteers:", "Closed to volunteers:"),
}


class ActsForm(Schema):
    action: ClassAct
    ids: list[UUID] = Field([], max_length=MOST_CLASSES)
    shift: str = Field("", max_length=20)
    reason: CancelReason = CancelReason.UNSPECIFIED
    instructor: str = Field("", max_length=200)  # a name or an id; empty: by the ranking
    override_reason: str = Field("", max_length=500)
    audience: Audience = Audience.EVERYBODY
    note: str = Field("", max_length=500)
    within: str = Field("", max_length=2000)  # the query of the list that was shown
    key: UUID = Field(default_factory=uuid7)  # a form that is sent twice acts once


@router.post("/preview")
async def preview(
    request: Request, shared: Shared, who: CurrentUser, now: Now, form: Annotated[ActsForm, Form()]
) -> Response:
    wanted = await _acts(shared, who, form)
    results = await shared.bulk_classes.preview(who, wanted, now)
    return await _page(request, shared, who, form, wanted, results, done=False)


@router.post("")
async def act(
    request: Request, shared: Shared, who: CurrentUser, now: Now, form: Annotated[ActsForm, Form()]
) -> Response:
    wanted = await _acts(shared, who, form)
    results = await shared.bulk_classes.act(who, wanted, str(form.key), now)
    return await _page(request, shared, who, form, wanted, results, done=True)


async def _acts(shared: State, who: Principal, form: ActsForm) -> ClassActs:
    if not form.ids:
        raise InvalidInput("no class is selected", next_step="Go back and select at least one.")
    instructor_id = None
    if form.action == ClassAct.SUBSTITUTE and form.instructor:
        async with shared.database.tenant(who.organization_id) as db:
            found = await class_filter.row_of(db, "instructor", form.instructor)
        if isinstance(found, Unclear):
            step = f"Choose one of {', '.join(name for _, name in found.choices)}." if found.choices else ""
            raise UnknownReference(
                f"“{found.name}” is no instructor's name", next_step=step or "Check the spelling."
            )
        instructor_id = found
    return ClassActs(
        action=form.action,
        ids=list(dict.fromkeys(form.ids)),
        reason=form.reason,
        shift=read_shift(form.shift) if form.action == ClassAct.MOVE else None,
        override_reason=form.override_reason.strip() or None,
        instructor_id=instructor_id,
        audience=form.audience,
        note=form.note.strip(),
    )


async def _page(
    request: Request,
    shared: State,
    who: Principal,
    form: ActsForm,
    wanted: ClassActs,
    results: Sequence[ClassResult],
    *,
    done: bool,
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        zone = (await organization_of(db)).time_zone
    taken = [result for result in results if result.error is None]
    count = f"{len(taken)} {'class' if len(taken) == 1 else 'classes'}"
    verb, past = _TITLES[wanted.action]
    nothing = "Nothing was changed" if done else "Nothing can be changed"
    return page(
        request,
        "class_acts.html",
        form=form,
        done=done,
        title=f"{past if done else verb} {count}" if taken else nothing,
        how=_how(wanted, form),
        taken=taken,
        refused=[result for result in results if result.error],
        readers=list({reader.id: reader.name for result in taken for reader in result.mail_to}.values()),
        gathers=wanted.action != ClassAct.SUBSTITUTE and len(taken) > 1,
        needs_override=any(is_overridable(result.error) for result in results),
        moves=wanted.action == ClassAct.MOVE,
        times=RowTimes(ZoneInfo(zone)),
        zone=zone,
        path="/classes",
    )


def _how(wanted: ClassActs, form: ActsForm) -> str:
    match wanted.action:
        case ClassAct.CANCEL:
            return f"Reason: {cancellation_label(wanted.reason)}."
        case ClassAct.MOVE:
            assert wanted.shift is not None, "a move has one"
            amount = shown_shift(abs(wanted.shift)).removeprefix("+")
            return f"Each takes place {amount} {'earlier' if wanted.shift < timedelta() else 'later'}."
        case ClassAct.SUBSTITUTE:
            asked = f"Only {form.instructor} is asked" if form.instructor else "The best match is asked first"
            return f"{asked}, by mail. Until somebody accepts, a class keeps its instructor."
        case ClassAct.OPEN_TO_VOLUNTEERS:
            return "Each is told once by mail. The first who takes a class has it; until then it keeps its instructor."
        case ClassAct.CLOSE_TO_VOLUNTEERS:
            return "Each class keeps its instructor."
