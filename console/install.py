"""Mounts all pages and static files of the console on the application; `/` leads to the reader's home page."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from console.account import account_page, calendar_page
from console.calendar import calendar_page as class_calendar_page
from console.calendar import move_forms
from console.classes import acts_page, classes_page, import_page
from console.courses import book_start_page, booking_page, course_pages, plan_pages
from console.exceptions import case_pages, queue_page, times_page, touches_page
from console.family import class_page, dispute_page, family_page, unsubscribe_page
from console.frame.problem_page import PageRoute, show_missing_pages
from console.frame.viewers import CurrentUser
from console.joining import join_code_page
from console.offers import offer_page
from console.operator import operator_pages
from console.outbox import outbox_pages
from console.people import availability_page as instructor_availability_page
from console.people import busy_calendar_page as instructor_busy_calendar_page
from console.people import (
    calendar_feed_page,
    cover_page,
    invitation_form,
    leave_page,
    new_student_page,
    people_pages,
)
from console.plan_answers import plan_answer_page
from console.plans import plan_run_pages
from console.records import record_pages
from console.review import review_page
from console.routing import channel_pages, rota_pages, rule_pages, substitute_pages, what_if_pages
from console.saved_views import view_forms
from console.scheduling import candidates_page, rules_pages
from console.series import new_series_page, series_pages
from console.sessions import audio_page, command_forms, file_page, session_page
from console.settings import (
    audit_page,
    closures_page,
    key_pages,
    provider_pages,
    self_service_page,
    settings_pages,
)
from console.sign_in import sign_in_page
from console.teaching import (
    availability_page,
    busy_calendar_page,
    check_in_page,
    open_classes_page,
    swap_page,
    teaching_page,
)
from console.teaching import leave_page as own_leave_page
from console.today import act_forms, today_page
from domain.people.sign_in import home_path

STATIC = Path(__file__).parent / "static"
# Each route of these modules has its own rule about who may open it.
OWN_RULES = (
    join_code_page,
    today_page,
    act_forms,
    view_forms,
    class_calendar_page,
    classes_page,
    sign_in_page,
    operator_pages,
    account_page,
    calendar_page,
    teaching_page,
    availability_page,
    busy_calendar_page,
    own_leave_page,
    swap_page,
    open_classes_page,
    check_in_page,
    family_page,
    class_page,
    unsubscribe_page,
    offer_page,
    plan_answer_page,
    dispute_page,
    session_page,
    file_page,
)
# Each route of these modules requires one permission.
PERMITTED = (
    move_forms,
    acts_page,
    import_page,
    audio_page,
    command_forms,
    review_page,
    record_pages,
    people_pages,
    instructor_availability_page,
    new_student_page,
    invitation_form,
    calendar_feed_page,
    instructor_busy_calendar_page,
    cover_page,
    course_pages,
    plan_pages,
    book_start_page,
    booking_page,
    new_series_page,
    series_pages,
    plan_run_pages,
    queue_page,
    times_page,
    touches_page,
    case_pages,
    outbox_pages,
    settings_pages,
    closures_page,
    self_service_page,
    leave_page,
    provider_pages,
    key_pages,
    what_if_pages,
    rule_pages,
    substitute_pages,
    rules_pages,
    candidates_page,
    rota_pages,
    channel_pages,
    audit_page,
)
router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def home(who: CurrentUser) -> Response:
    return RedirectResponse(home_path(who.role))


def install(app: FastAPI) -> None:
    app.mount("/static/console", StaticFiles(directory=STATIC), name="console")
    for module in (*OWN_RULES, *PERMITTED):
        app.include_router(module.router)
    app.include_router(router)
    show_missing_pages(app)
