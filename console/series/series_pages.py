"""The pages of series: the list, and one series with its classes, its progress, and what can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame import choices, forms
from console.frame.forms import Field, Form
from console.frame.history import history
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.viewers import CurrentUser, same_origin
from console.records.record_pages import posted_version
from console.series.series_form import (
    DAYS,
    change_form,
    days_of,
    described,
    is_weekly,
    posted_days,
    read_change,
)
from domain.errors import HomeroomError
from domain.people.access import Permission, Principal
from domain.scheduling.recurrence import read_rule
from domain.scheduling.series_changes import OccurrenceState
from domain.sessions.cancellations import CancelReason
from models.course import Course
from models.people import Instructor, Student
from models.repositories import entities, names, pages, people
from models.repositories import series as repository
from models.series import Series, SeriesOccurrence
from models.session import Session
from services.inputs.fields import Day, Schema
from services.inputs.series import OccurrenceCancellation, SeriesEnd
from services.series import SeriesDifference
from services.series_expansion import holding

router = APIRouter(
    prefix="/series",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.SESSIONS_WRITE)],
)
POST = [Depends(same_origin)]
_MOST = 200
_MOST_OPEN = 24  # coming classes that are shown without unfolding the others
_END = (Field("last_day", "Last day", "date", wrong="Enter a date."),)


class EndForm(Schema):
    last_day: Day


@dataclass(frozen=True)
class ClassLine:
    """A class of the series as the page shows it: its session's time where it has one."""

    row: SeriesOccurrence
    session: Session | None
    instructor: str

    @property
    def starts_at(self) -> datetime:
        return holding(self.row, self.session).starts_at

    @property
    def ends_at(self) -> datetime:
        return holding(self.row, self.session).ends_at

    @property
    def state(self) -> str:
        """As the badge says it: the state of a booked class is that of its session."""
        if self.session is not None and not self.row.pending:
            return "cancelled" if self.session.outcome == "cancelled" else self.session.state.value
        if self.row.state == OccurrenceState.CLOSED:
            return "closed_day"
        return "changing" if self.row.pending else self.row.state.value

    @property
    def can_cancel(self) -> bool:
        return self.row.state in (OccurrenceState.PLANNED, OccurrenceState.REFUSED, OccurrenceState.CLOSED)


@dataclass(frozen=True)
class Shown:
    """The forms of the page, and what a change or an end that was previewed would do."""

    change: Form
    days: Sequence[str]
    end: Form
    difference: SeriesDifference | None = None
    cancelled: Sequence[datetime] | None = None
    students: Sequence[str] | None = None  # who was chosen; None: nobody chose

    @property
    def status(self) -> int:
        return self.change.status if not self.change.ok else self.end.status


@router.get("")
async def list_all(request: Request, shared: Shared, who: CurrentUser, now: Now, q: str = "") -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        wanted = pages.PageRequest("-created_at", _MOST, text=q[:200], searched=("title",))
        rows, more = await pages.page(db, Series, wanted)
        progress = await repository.progress(db, [row.id for row in rows], now)
        courses = await names.of(db, Course, {row.course_id for row in rows})
        called = await names.of(db, Instructor, {row.instructor_id for row in rows if row.instructor_id})
    return page(
        request, "series_list.html", rows=rows, more=more, progress=progress, courses=courses, called=called,
        described=described, q=q, path="/courses",
    )  # fmt: skip


@router.get("/{series_id}")
async def show(request: Request, series_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    row, empty = await _forms(shared, who, series_id, now)
    return await _page(request, shared, who, row, empty, now)


@router.post("/{series_id}/change", dependencies=POST)
async def change(request: Request, series_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """`do` says whether the change is shown first or made."""
    posted = await forms.posted(request)
    row, empty = await _forms(shared, who, series_id, now)
    form, days = forms.with_input(empty.change, posted), posted_days(posted)
    difference, chosen = None, None
    try:
        chosen = None if row.whole_course else forms.texts(posted, "student_ids")
        wanted = read_change(form, days, row, chosen)
        if forms.text(posted, "do") == "change":
            await shared.series.change(who, series_id, wanted, posted_version(posted), now)
            return go_to(request, f"/series/{series_id}", "series_changed")
        difference = await shared.series.preview_change(who, series_id, wanted, now)
    except (ValidationError, HomeroomError) as error:
        form = forms.with_errors(form, error)
    return await _page(
        request, shared, who, row, Shown(form, days, empty.end, difference, students=chosen), now
    )


@router.post("/{series_id}/end", dependencies=POST)
async def end(request: Request, series_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """`do` says whether the classes that would be cancelled are shown first, or the series ends."""
    posted = await forms.posted(request)
    row, empty = await _forms(shared, who, series_id, now)
    form = forms.with_input(empty.end, posted)
    cancelled = None
    try:
        wanted = SeriesEnd(last_day=EndForm.model_validate(forms.values(form)).last_day)
        if forms.text(posted, "do") == "end":
            await shared.series.end(who, series_id, wanted, posted_version(posted), now)
            return go_to(request, f"/series/{series_id}", "series_ended")
        cancelled = await shared.series.preview_end(who, series_id, wanted, now)
    except (ValidationError, HomeroomError) as error:
        form = forms.with_errors(form, error)
    shown = Shown(empty.change, empty.days, form, cancelled=cancelled)
    return await _page(request, shared, who, row, shown, now)


@router.post("/{series_id}/try-again", dependencies=POST)
async def try_again(
    request: Request, series_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    await shared.series.try_again(who, series_id, now)
    return go_to(request, f"/series/{series_id}", "series_tried")


@router.post("/{series_id}/classes/{class_id}/cancel", dependencies=POST)
async def cancel_class(
    request: Request, series_id: UUID, class_id: UUID, shared: Shared, who: CurrentUser, now: Now
) -> Response:
    cancellation = OccurrenceCancellation(reason=CancelReason.UNSPECIFIED)
    await shared.series.cancel_class(who, series_id, class_id, cancellation, str(uuid7()), now)
    return go_to(request, f"/series/{series_id}", "series_class_cancelled")


async def _forms(shared: State, who: Principal, series_id: UUID, now: datetime) -> tuple[Series, Shown]:
    async with shared.database.tenant(who.organization_id) as db:
        row = await repository.get(db, series_id)
        instructors = await choices.instructors(db)
    tomorrow = now.astimezone(ZoneInfo(row.time_zone)).date() + timedelta(days=1)
    return row, Shown(change_form(row, tomorrow, instructors), days_of(row), forms.build(_END, EndForm, {}))


async def _page(
    request: Request,
    shared: State,
    who: Principal,
    row: Series,
    shown: Shown,
    now: datetime,
) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        course = await entities.get(db, Course, row.course_id)
        roster = [str(key) for key in row.roster_on(date.max)]
        students = [] if row.whole_course else await _students(db, row, roster)
        found = await repository.occurrences(db, row.id)
        progress = (await repository.progress(db, [row.id], now))[row.id]
        ids = {one.instructor_id for one, _ in found} | {
            session.instructor_id for _, session in found if session
        }
        called = await names.of(db, Instructor, [key for key in ids if key])
        entries = await history(db, who, row.id)
    lines = [
        ClassLine(
            one,
            session,
            called.get((session.instructor_id if session else one.instructor_id) or row.id, ""),
        )
        for one, session in found
    ]
    coming = [line for line in lines if line.ends_at > now]
    return page(
        request, "series.html", shown.status, row=row, course=course, shown=shown, progress=progress,
        most=_MOST_OPEN, coming=coming, past=[line for line in lines if line.ends_at <= now], history=entries,
        students=students, chosen=roster if shown.students is None else shown.students, roster=roster,
        rule=described(row), days=DAYS, chooses_days=is_weekly(read_rule(row.recurrence)),
        refused=sum(line.row.state == OccurrenceState.REFUSED for line in coming),
        workflow_url=shared.series_workflow_url(row.id), path="/courses",
    )  # fmt: skip


async def _students(db: AsyncSession, row: Series, roster: Sequence[str]) -> list[tuple[str, str]]:
    """Ids and names of those who are in the series, then of those who are only enrolled in its course, by name."""
    ids = {UUID(key) for key in roster} | set(await people.enrolled_students(db, row.course_id))
    called = await names.of(db, Student, ids)
    students = [(str(key), name) for key, name in called.items()]
    return sorted(students, key=lambda one: (one[0] not in roster, one[1].casefold()))
