"""The pages of alert channels: where each leads, its last deliveries and failures, and a test message."""

import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import ValidationError
from uuid_utils.compat import uuid7

from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame import forms
from console.frame.forms import Field, Form
from console.frame.history import history
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from console.records.record_pages import posted_key, posted_version
from domain.cases.channels import ChannelKind, kind_of
from domain.cases.kinds import ExceptionKind
from domain.errors import HomeroomError, InvalidInput, StaleVersion
from domain.people.access import Permission, Principal
from domain.subjects import Subject, SubjectKind
from models.case_routing import AlertChannel
from models.repositories import case_routing, cases, notices, pages
from services import form_keys
from services.inputs.routing import WEBHOOK_SECRET_PREFIX, AlertChannelChange, NewAlertChannel
from services.resources.catalogue import ALERT_CHANNELS

router = APIRouter(prefix="/settings/channels", include_in_schema=False, route_class=PageRoute)
PATH = "/settings/channels"
READ, WRITE = [permits(Permission.ROUTING_READ)], [Depends(same_origin), permits(Permission.ROUTING_WRITE)]
KINDS: Mapping[ChannelKind, str] = {
    ChannelKind.MAIL: "Mail",
    ChannelKind.WEBHOOK: "Webhook",
    ChannelKind.APPRISE: "Hosted service",
}
_SECRET_BYTES = 32
_MOST = 200  # retired channels that the list shows
_MOST_MESSAGES = 20
_NAME = Field("name", "Name", wrong="Enter a single line of text.")
_INCLUDES_NAMES = Field(
    "includes_names",
    "Alerts name people and classes",
    "checkbox",
    "Otherwise they have times, kinds, severities and a link only. Choose it only for a service that may know them.",
    empty=False,
)
_TARGET = Field(
    "target",
    "Where it leads",
    "text",
    "An email address, the https:// URL of your own webhook, or the Apprise URL of a hosted service, such as slack://… "
    "or pagerduty://…",
    wrong="Enter an address or a URL.",
)
_SECRET = Field("secret", "Webhook secret", "password")
_NEW = (
    _NAME,
    _TARGET,
    replace(
        _SECRET, hint="Only for a webhook: whsec_ and 24 to 64 random bytes in base64. Empty: one is made."
    ),
    _INCLUDES_NAMES,
)
_CHANGE = (
    _NAME,
    replace(_TARGET, label="Where it leads from now on", hint="Empty: where it leads already."),
    replace(_SECRET, hint="Empty: the one that it has."),
    _INCLUDES_NAMES,
)


@router.get("", dependencies=READ)
async def list_all(request: Request, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        rows = await case_routing.channels(db)
        keys = [row.id for row in rows]
        sent = await notices.last_of_subjects(db, SubjectKind.ALERT_CHANNEL, keys, failed=False)
        failed = await notices.last_of_subjects(db, SubjectKind.ALERT_CHANNEL, keys, failed=True)
        retired, _ = await pages.page(db, AlertChannel, pages.PageRequest("name", _MOST, retired=True))
    return page(
        request, "channels.html", rows=rows, sent=sent, failed=failed, retired=retired, kinds=KINDS, tabs=tabs(who),
        edits=who.may(Permission.ROUTING_WRITE), path=PATH,
    )  # fmt: skip


@router.get("/new", dependencies=[permits(Permission.ROUTING_WRITE)])
async def new(request: Request) -> Response:
    return _form_page(request, forms.build(_NEW, NewAlertChannel, {}))


@router.post("/new", dependencies=WRITE)
async def make(request: Request, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Add a channel. A secret that is made for a webhook is shown once, in this response."""
    posted = await forms.posted(request)
    form, key = forms.with_input(forms.build(_NEW, NewAlertChannel, {}), posted), posted_key(posted)
    typed, made = _typed(form), ""
    if kind_of(str(typed.get("target", ""))) == ChannelKind.WEBHOOK and "secret" not in typed:
        made = WEBHOOK_SECRET_PREFIX + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    try:
        wanted = NewAlertChannel.model_validate(typed | ({"secret": made} if made else {}))
        admitted = await ALERT_CHANNELS.admit(shared.outside, wanted)
        async with shared.database.tenant(who.organization_id) as db:
            channel_id = await form_keys.claim(db, who, key, "add alert channel", typed, now)
            if await db.get(AlertChannel, channel_id):
                return go_to(request, f"{PATH}/{channel_id}", "made")
            row = await ALERT_CHANNELS.create(db, who.organization_id, channel_id, admitted, now)
    except (ValidationError, HomeroomError) as error:
        return _form_page(request, _with_errors(form, error), key=key)
    if made:
        return page(request, "channel_made.html", row=row, secret=made, path=PATH)
    return go_to(request, f"{PATH}/{channel_id}", "made")


@router.get("/{channel_id}", dependencies=READ)
async def show(request: Request, channel_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    return await _channel_page(request, shared, who, channel_id)


@router.post("/{channel_id}/test", dependencies=WRITE)
async def test(request: Request, channel_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Send a test message, and say on the page what came of it."""
    result = await shared.alerts.test(who.organization_id, channel_id, uuid7(), now)
    return await _channel_page(request, shared, who, channel_id, result, now)


@router.get("/{channel_id}/edit", dependencies=[permits(Permission.ROUTING_WRITE)])
async def edit(request: Request, channel_id: UUID, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        row = await ALERT_CHANNELS.get(db, channel_id)
    return _form_page(request, _change_form(row), row)


@router.post("/{channel_id}/edit", dependencies=WRITE)
async def change(request: Request, channel_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    posted = await forms.posted(request)
    async with shared.database.tenant(who.organization_id) as db:
        row = await ALERT_CHANNELS.get(db, channel_id)
    current = _change_form(row)
    form = forms.with_input(current, posted)
    try:
        wanted = AlertChannelChange.model_validate(_typed(form))
        admitted = await ALERT_CHANNELS.admit(shared.outside, wanted)
        async with shared.database.tenant(who.organization_id) as db:
            await ALERT_CHANNELS.update(db, channel_id, admitted, posted_version(posted), now)
    except StaleVersion as error:
        return _form_page(request, forms.with_conflict(form, current, error), row)
    except (ValidationError, HomeroomError) as error:
        return _form_page(request, _with_errors(form, error), row, version=forms.text(posted, "version"))
    return go_to(request, f"{PATH}/{channel_id}", "saved")


@router.post("/{channel_id}/retire", dependencies=WRITE)
async def retire(request: Request, channel_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await ALERT_CHANNELS.retire(db, channel_id, None, now)
    return go_to(request, f"{PATH}/{channel_id}", "retired")


@router.post("/{channel_id}/restore", dependencies=WRITE)
async def restore(request: Request, channel_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        await ALERT_CHANNELS.restore(db, channel_id, now)
    return go_to(request, f"{PATH}/{channel_id}", "restored")


async def _channel_page(
    request: Request,
    shared: State,
    who: Principal,
    channel_id: UUID,
    test_error: HomeroomError | None = None,
    tested_at: datetime | None = None,
) -> Response:
    """`tested_at`: when a test message was sent just now; `test_error` says why it was not taken."""
    about = Subject(SubjectKind.ALERT_CHANNEL, channel_id)
    async with shared.database.tenant(who.organization_id) as db:
        row = await ALERT_CHANNELS.get(db, channel_id)
        messages = await notices.about_subject(db, about, _MOST_MESSAGES)
        kind = ExceptionKind.CHANNEL_FAILING
        failing = await cases.unresolved_about(db, about.kind, about.id, kind, lock=False)
        past = await history(db, who, channel_id)
    return page(
        request, "channel.html", row=row, kinds=KINDS, messages=messages, failing=failing, history=past,
        test_error=test_error, tested_at=tested_at, edits=who.may(Permission.ROUTING_WRITE), path=PATH,
    )  # fmt: skip


def _change_form(row: AlertChannel) -> Form:
    return forms.build(
        _CHANGE, AlertChannelChange, {"name": row.name, "includes_names": row.includes_names or ""}
    )


def _typed(form: Form) -> dict[str, object]:
    """The values that were entered; the name and the choice always count."""
    typed = {name: value for name, value in forms.values(form).items() if value or name == "name"}
    return typed | {"includes_names": form["includes_names"].value == "true"}


def _with_errors(form: Form, error: Exception) -> Form:
    """A target that is refused is an error of its field."""
    if isinstance(error, InvalidInput):
        text = f"{error.detail[:1].upper()}{error.detail[1:]}. {error.next_step}"
        inputs = (replace(one, error=text) if one.name == "target" else one for one in form.inputs)
        return replace(form, inputs=tuple(inputs))
    return forms.with_errors(form, error)


def _form_page(
    request: Request,
    form: Form,
    row: AlertChannel | None = None,
    *,
    key: UUID | None = None,
    version: str = "",
) -> Response:
    return page(
        request, "channel_form.html", form.status, form=form, row=row, key=key or uuid7(),
        version=version or (row.version if row else ""), path=PATH,
    )  # fmt: skip
