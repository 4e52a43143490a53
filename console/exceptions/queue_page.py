"""The exception queue: what waits for whom, and acts on many exceptions at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.http.dependencies import Now, Shared
from api.http.paging import next_cursor
from api.http.state import State
from api.http.stream_access import browser_access
from api.live.streams import LiveStream
from console.exceptions.case_facts import distinction
from console.exceptions.queue_filter import TITLES, QueueFilter, View
from console.exceptions.resolutions import USUAL_REASONS
from console.exceptions.staff import assignees
from console.frame.case_people import people_in_cases, who_first
from console.frame.history import author
from console.frame.labels import outage_label
from console.frame.lists import SIZES, ListPage, paged
from console.frame.permits import Permits, permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, by_htmx, done, page
from console.frame.subjects import subject_link
from console.frame.times import age
from console.frame.viewers import CurrentUser, same_origin
from domain.errors import InvalidInput
from domain.people.access import Permission, Principal
from models.exception_case import Incident
from models.repositories import cases, names
from models.repositories.cases import OpenCounts, QueuedCase
from services.bulk_cases import CaseResult, act_on_cases
from services.inputs.cases import MOST_AT_ONCE, BulkAction, CaseCommand
from services.inputs.fields import Schema, Text

router = APIRouter(prefix="/exceptions", include_in_schema=False, route_class=PageRoute)
_DONE = {
    CaseCommand.ACKNOWLEDGE: "acknowledged",
    CaseCommand.ASSIGN: "assigned",
    CaseCommand.RESOLVE: "resolved",
}


@dataclass(frozen=True)
class QueueRow:
    """A row of the queue: a case, or the first one of an incident."""

    queued: QueuedCase
    person: str  # whose name stands first; empty where the case concerns no single person
    incident: Incident | None
    cases: int  # of the incident that the list asks for; 1 for a case alone

    @property
    def stands_for_incident(self) -> bool:
        return self.incident is not None and self.cases > 1


class BulkForm(Schema):
    action: CaseCommand
    ids: list[UUID] = Field([], max_length=MOST_AT_ONCE)
    incident_ids: list[UUID] = Field([], max_length=MOST_AT_ONCE)
    within: str = Field("", max_length=2000)  # the query of the list that was shown
    member_id: UUID | None = None  # None: the reader
    resolution: Text = Field("", max_length=2000)
    everything: bool = False  # that `within` asks for, on all its pages
    # How far the acts on everything are:
    after: UUID | None = None  # the last case of the batches before
    since: AwareDatetime | None = None  # cases that were opened later are left out
    total: int = Field(0, ge=0, lt=10**7)
    acted: int = Field(0, ge=0, lt=10**7)
    refused: int = Field(0, ge=0, lt=10**7)
    why: list[Text] = Field([], max_length=20)  # of the refusals, each once

    def with_results(self, results: Sequence[CaseResult]) -> "BulkForm":
        errors = [result.error.detail for result in results if result.error]
        changed = {
            "acted": self.acted + len(results) - len(errors),
            "refused": self.refused + len(errors),
            "why": sorted({*self.why, *errors})[:20],
            "after": results[-1].case_id if results else self.after,
        }
        return self.model_copy(update=changed)


@router.get("", dependencies=[permits(Permission.EXCEPTIONS_READ)])
async def queue(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    wanted = QueueFilter.read(request.query_params, who)
    query = wanted.query
    async with shared.database.tenant(who.organization_id) as db:
        found, more = await cases.page(db, query.wanted(), grouped=query.grouped, **wanted.narrowing(now))
        people = await people_in_cases(db, [queued.case for queued in found])
        rows = await _rows(db, found, wanted, people, now)
        counts = await cases.open_counts(db, who.actor, who.role)
        actors = await names.of_actors(db, {queued.case.assignee for queued in found})
        incident = await cases.incident(db, query.incident_id) if query.incident_id else None
        staff = await assignees(db, who)
    cursor = next_cursor([queued.case for queued in found], more, query.sort)
    listed = paged(request, rows, query.sort, cursor)
    return page(
        request,
        "parts/cases.html" if by_htmx(request) else "cases.html",
        list=listed,
        sizes=SIZES,
        view=wanted.view,
        tabs=_tabs(listed, counts),
        tab=_address(listed, wanted.view),
        waiting=getattr(counts, wanted.view),
        narrowed=bool(set(listed.kept) - {"view"}) or not listed.first,
        incident=incident,
        now=now,
        age=age,
        actors=actors,
        author=author,
        occasion=partial(distinction, people=people),
        outage_label=outage_label,
        subject_link=partial(subject_link, who),
        filters=wanted.choices([(actor or who.actor, name) for actor, name in staff]),
        staff=[(actor.partition(":")[2], name) for actor, name in staff],
        reasons=USUAL_REASONS,
        path="/exceptions",
    )


@router.get("/live", dependencies=[permits(Permission.EXCEPTIONS_READ)])
async def live(request: Request, shared: Shared, who: CurrentUser) -> Response:
    access = browser_access(request, Permits(Permission.EXCEPTIONS_READ))
    return LiveStream(shared.feed.changes(who.organization_id, "exception.*"), HEADERS, access)


@router.post("/bulk", dependencies=[Depends(same_origin), permits(Permission.EXCEPTIONS_WRITE)])
async def act(
    request: Request, shared: Shared, who: CurrentUser, now: Now, form: Annotated[BulkForm, Form()]
) -> Response:
    if form.action == CaseCommand.RESOLVE and not form.resolution:
        raise InvalidInput("say what was done", next_step="Write a reason, or choose one of the list.")
    if form.everything:
        return await _act_on_everything(request, shared, who, form, now)
    ids = list(dict.fromkeys([*form.ids, *await _of_incidents(shared, who, form, now)]))
    if not ids:
        raise InvalidInput("no exception is selected", next_step="Select at least one.")
    for first in range(0, len(ids), MOST_AT_ONCE):
        form = await _acted(shared, who, form, ids[first : first + MOST_AT_ONCE], now)
    return done(request, f"/exceptions?{form.within}", _summary(form))


async def _act_on_everything(
    request: Request, shared: State, who: Principal, form: BulkForm, now: datetime
) -> Response:
    """Act on all cases that the shown list asks for, batch by batch.

    A browser gets the progress after each batch, which asks for the next one; a form without htmx is answered once.
    """
    within = QueueFilter.of_address(form.within, who)
    wanted, narrowing, since = within.query.wanted(), within.narrowing(now), form.since or now
    if not form.total:
        async with shared.database.tenant(who.organization_id) as db:
            total = await cases.count(db, wanted, since, **narrowing)
        form = form.model_copy(update={"since": since, "total": total})
    while True:
        async with shared.database.tenant(who.organization_id) as db:
            ids = await cases.ids_after(db, wanted, since, form.after, MOST_AT_ONCE, **narrowing)
        if ids:
            form = await _acted(shared, who, form, ids, now)
        if len(ids) < MOST_AT_ONCE:
            return done(request, f"/exceptions?{form.within}", _summary(form))
        if by_htmx(request):
            return page(request, "parts/bulk_progress.html", form=form, done=form.acted + form.refused)


async def _acted(
    shared: State, who: Principal, form: BulkForm, ids: Sequence[UUID], now: datetime
) -> BulkForm:
    wanted = BulkAction(
        action=form.action, ids=list(ids), member_id=form.member_id, resolution=form.resolution
    )
    return form.with_results(await act_on_cases(shared.database, who, wanted, now))


async def _of_incidents(shared: State, who: Principal, form: BulkForm, now: datetime) -> list[UUID]:
    if not form.incident_ids:
        return []
    within = QueueFilter.of_address(form.within, who)
    async with shared.database.tenant(who.organization_id) as db:
        by_incident = await cases.ids_by_incident(
            db, form.incident_ids, within.query.wanted(), **within.narrowing(now)
        )
    return [case_id for ids in by_incident.values() for case_id in ids]


def _summary(form: BulkForm) -> str:
    """What was done, and why the rest was not."""
    sentence = f"{form.acted} {_DONE[form.action]}."
    return f"{sentence} {form.refused} not: {'; '.join(form.why)}." if form.refused else sentence


async def _rows(
    db: AsyncSession,
    found: Sequence[QueuedCase],
    wanted: QueueFilter,
    people: Mapping[str, str],
    now: datetime,
) -> list[QueueRow]:
    ids = {queued.case.incident_id for queued in found if queued.case.incident_id}
    incidents = await cases.incidents(db, ids) if ids else {}
    counted: Mapping[UUID, Sequence[UUID]] = {}
    if ids and wanted.query.grouped:
        counted = await cases.ids_by_incident(db, ids, wanted.query.wanted(), **wanted.narrowing(now))
    rows = []
    for queued in found:
        key = queued.case.incident_id
        incident, together = (incidents.get(key), counted.get(key, ())) if key else (None, ())
        rows.append(QueueRow(queued, who_first(queued, people), incident, max(len(together), 1)))
    return rows


def _tabs(listed: ListPage, counts: OpenCounts) -> list[tuple[str, str, int]]:
    """Each view with the filters that are set and can be kept."""
    return [(title, _address(listed, view), getattr(counts, view)) for view, title in TITLES.items()]


def _address(listed: ListPage, view: View) -> str:
    fixed = {View.MINE: "assignee", View.TEAM: "owner", View.ALL: ""}[view]
    kept = {name: value for name, value in listed.kept.items() if name not in ("view", fixed)}
    query = urlencode(({"view": view.value} if view != View.ALL else {}) | kept)
    return f"{listed.path}?{query}" if query else listed.path
