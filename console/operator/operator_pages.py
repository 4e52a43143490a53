"""The operator's pages: enter the operator's token, then create an organization and invite its first admin."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.background import BackgroundTask
from uuid_utils.compat import uuid7

from api.http.authentication import cookie_name
from api.http.dependencies import Now, Shared
from api.http.problems import status_of
from api.http.state import State
from console.frame import choices, forms
from console.frame.forms import Field
from console.frame.navigation import Viewer
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import same_origin, set_cookie
from console.records.record_pages import posted_key
from domain.errors import HomeroomError, NotAuthenticated
from domain.people.access import AccessRole
from domain.people.languages import browser_language
from models.authorship import authorship
from services.feed_delay import stands_still_since
from services.founding import found_organization
from services.inputs.access import NewMember
from services.inputs.fields import Email, Language, Name, Schema, TimeZone
from services.inputs.organizations import NewOrganization
from services.operator_access import OPERATOR_SESSION_TTL

router = APIRouter(prefix="/operator", include_in_schema=False, route_class=PageRoute)
SAME_ORIGIN = Depends(same_origin)
_ACTOR = "operator"


class FirstForm(Schema):
    name: Name
    time_zone: TimeZone
    language: Language
    admin_name: Name
    admin_email: Email

    def organization(self) -> NewOrganization:
        return NewOrganization(name=self.name, time_zone=self.time_zone, language=self.language)

    def admin(self) -> NewMember:
        return NewMember(name=self.admin_name, email=self.admin_email, role=AccessRole.ADMIN)


_FIELDS = (
    Field("name", "Name of the organization", wrong="Enter a single line of text."),
    Field("time_zone", "Time zone", "select", "Classes are scheduled in it.", options=choices.zones),
    Field("language", "Language", "select", options=choices.languages),
    Field("admin_name", "Name of the first admin", wrong="Enter a single line of text."),
    Field(
        "admin_email",
        "Email of the first admin",
        "email",
        "The invitation goes here.",
        "Enter an email address, such as ada@school.example.",
    ),
)


@router.get("")
async def start(request: Request, shared: Shared, now: Now) -> Response:
    try:
        _session(request, shared)
    except NotAuthenticated:
        return page(request, "operator_sign_in.html", error=None)
    offered = [code for code, _ in choices.languages()]
    accepted = request.headers.get("accept-language", "")
    values = {"time_zone": "UTC", "language": browser_language(accepted, offered)}
    async with shared.database.unscoped() as db:
        delayed = await stands_still_since(db, now)
    form = forms.build(_FIELDS, FirstForm, values)
    return _form_page(request, form, str(uuid7()), feed_stands_still_since=delayed)


@router.post("/sign-in", dependencies=[SAME_ORIGIN])
async def sign_in(request: Request, shared: Shared, now: Now, token: Annotated[str, Form()] = "") -> Response:
    host = request.client.host if request.client else ""
    await shared.lockout.check_network(host, now)
    try:
        cookie = shared.operator_access.sign_in(token.strip())
    except HomeroomError as error:
        await shared.lockout.count_bad_token(host, error.code, now)
        return page(request, "operator_sign_in.html", status_of(error), error=error)
    return _to_start(shared, cookie, int(OPERATOR_SESSION_TTL.total_seconds()))


@router.post("/sign-out", dependencies=[SAME_ORIGIN])
async def sign_out(shared: Shared) -> Response:
    return _to_start(shared, "", 0)


@router.post("/organizations", dependencies=[SAME_ORIGIN])
async def create(request: Request, shared: Shared, now: Now) -> Response:
    """The response to the form is the page about what was made; sent again, the form makes nothing new."""
    try:
        session = _session(request, shared)
    except NotAuthenticated:
        return _to_start(shared, "", 0)
    posted = await forms.posted(request)
    form, key = forms.with_input(forms.build(_FIELDS, FirstForm, {}), posted), posted_key(posted)
    try:
        new = FirstForm.model_validate(forms.values(form))
    except ValidationError as error:
        return _form_page(request, forms.with_errors(form, error), str(key))
    invitation = await found_organization(
        shared.database, shared.invitations, new.organization(), new.admin(), shared.settings.region,
        _own_id(session, key), now,
    )  # fmt: skip
    response = page(request, "operator_done.html", made=new, mailbox_url=shared.settings.mailbox_url)
    if invitation:
        response.background = BackgroundTask(shared.invitations.deliver, invitation)
    return response


def _session(request: Request, shared: State) -> UUID:
    """The id of the operator's session, which also writes the log entries. Raises NotAuthenticated."""
    session = shared.operator_access.session_of(request.cookies.get(_cookie(shared), ""))
    authorship.get().actor = _ACTOR
    request.state.viewer = Viewer("Operator", "/operator/sign-out", "/operator")
    return session


def _own_id(session: UUID, key: UUID) -> UUID:
    """The id of what a form makes: of the key, which the browser sends, and the session, which it cannot choose."""
    return uuid5(session, f"organization\n{key}")


def _to_start(shared: State, cookie: str, seconds: int) -> Response:
    response = RedirectResponse("/operator", status_code=303, headers=HEADERS)
    set_cookie(shared, response, _cookie(shared), cookie, seconds)
    return response


def _form_page(
    request: Request, form: forms.Form, key: str, *, feed_stands_still_since: datetime | None = None
) -> Response:
    return page(
        request, "operator_organization.html", form.status, form=form, key=key,
        feed_stands_still_since=feed_stands_still_since,
    )  # fmt: skip


def _cookie(shared: State) -> str:
    return f"{cookie_name(shared)}-operator"
