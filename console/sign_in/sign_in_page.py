"""Sign-in by an emailed link or with an organization's identity provider, and sign-out."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from api.http.authentication import cookie_name, person_or_none
from api.http.dependencies import Now, Shared
from api.http.head_requests import is_head
from api.http.problems import status_of
from api.http.state import State
from console.frame.browser_language import in_browser_language
from console.frame.problem_page import PageRoute, refusal
from console.frame.rendering import HEADERS, page
from console.frame.texts import gettext, mark
from console.frame.viewers import same_origin, set_cookie, signed_in
from domain.errors import HomeroomError, RateLimited
from domain.people.sign_in import domain_of, home_path, safe_path
from integrations.email_addresses import deliverable_address
from services.inputs.fields import read_address
from services.openid_sign_in import FLOW_TTL
from services.operator_links import OPERATOR
from services.sign_in import SignIn, sign_out
from wiring.api import OPENID_CALLBACK

router = APIRouter(
    include_in_schema=False, route_class=PageRoute, dependencies=[Depends(in_browser_language)]
)
NOTES = {"out": mark("You are signed out."), "everywhere": mark("You are signed out everywhere.")}


@router.get("/sign-in")
async def form(request: Request, shared: Shared, next: str = "", note: str = "") -> Response:
    path = safe_path(next)
    if who := await person_or_none(request):
        return RedirectResponse(path or home_path(who.role), status_code=303, headers=HEADERS)
    return _form(request, shared, path, note=gettext(NOTES[note]) if note in NOTES else "")


@router.post("/sign-in", dependencies=[Depends(same_origin)])
async def request_link(
    request: Request,
    shared: Shared,
    now: Now,
    address: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """The response is the same for known and unknown addresses; any mail is sent after it."""
    path, wanted = safe_path(next), address.strip()
    try:
        wanted = read_address(wanted)
    except ValueError:
        return _form(
            request, shared, path, wanted, gettext("Enter an email address, such as ada@school.example.")
        )
    domain = domain_of(deliverable_address(wanted))
    await shared.lockout.count_link_request(wanted, _host(request), now)
    providers = await shared.openid_sign_in.choices(domain)
    context = {"address": wanted, "path": path, "choices": providers, "domain": domain}
    response = page(request, "sign_in_sent.html", mailbox_url=shared.settings.mailbox_url, **context)
    response.background = BackgroundTask(shared.sign_in_links.send, wanted, path, now)
    return response


@router.get("/sign-in/link")
async def confirm_link(request: Request, token: str = "", next: str = "") -> Response:
    """Asks before it signs in: mail programs open links before people do."""
    return page(request, "sign_in_link.html", action="/sign-in/link", token=token, path=safe_path(next))


@router.post("/sign-in/link", dependencies=[Depends(same_origin)])
async def use_link(
    request: Request,
    shared: Shared,
    now: Now,
    token: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    return await _sign_in_by(request, shared, shared.sign_in_links.use, token, next, now)


@router.get("/sign-in/operator")
async def confirm_operator_link(
    request: Request, shared: Shared, now: Now, token: str = "", next: str = ""
) -> Response:
    """Asks before it signs in. A browser that is signed in there already goes on to the page."""
    path, link = safe_path(next), shared.operator_links.read(token, now)
    who = await person_or_none(request)
    if who and (who.organization_id, who.actor) == (link.organization_id, OPERATOR):
        return RedirectResponse(path or home_path(who.role), status_code=303, headers=HEADERS)
    account = await shared.operator_links.organization_of(link)
    return page(
        request, "sign_in_link.html", action="/sign-in/operator", token=token, path=path, account=account
    )


@router.post("/sign-in/operator", dependencies=[Depends(same_origin)])
async def use_operator_link(
    request: Request,
    shared: Shared,
    now: Now,
    token: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    return await _sign_in_by(request, shared, shared.operator_links.sign_in, token, next, now)


@router.get("/sign-in/with/{provider_id}")
async def with_provider(
    provider_id: UUID,
    request: Request,
    shared: Shared,
    now: Now,
    domain: str = "",
    next: str = "",
    hint: str = "",
) -> Response:
    try:
        hinted = read_address(hint)
    except ValueError:
        hinted = ""
    try:
        await shared.lockout.count_provider_sign_in(_host(request), now)
        url, cookie = await shared.openid_sign_in.begin(provider_id, domain.lower(), safe_path(next), hinted)
    except HomeroomError as error:
        return refusal(request, "sign_in_refused.html", error)
    response = RedirectResponse(url, status_code=303, headers=HEADERS)
    set_cookie(shared, response, _flow_cookie(shared), cookie, int(FLOW_TTL.total_seconds()))
    return response


@router.get(OPENID_CALLBACK)
async def callback(
    request: Request,
    shared: Shared,
    now: Now,
    state: str = "",
    code: str = "",
    iss: str | None = None,
    error: str = "",
) -> Response:
    if is_head(request):
        return RedirectResponse("/sign-in", status_code=303, headers=HEADERS)
    cookie = request.cookies.get(_flow_cookie(shared), "")
    try:
        await shared.lockout.check_network(_host(request), now)
        result, path = await shared.openid_sign_in.finish(cookie, state, code, iss, now)
    except HomeroomError as refused:
        response = await _refused(request, shared, refused, now)
    else:
        response = signed_in(shared, result.token, path or home_path(result.role))
    set_cookie(shared, response, _flow_cookie(shared), "", 0)
    return response


@router.post("/sign-out", dependencies=[Depends(same_origin)])
async def leave(
    request: Request, shared: Shared, now: Now, everywhere: Annotated[bool, Form()] = False
) -> Response:
    name = cookie_name(shared)
    await sign_out(shared.database, request.cookies.get(name, ""), now, everywhere=everywhere)
    note = "everywhere" if everywhere else "out"
    response = RedirectResponse(f"/sign-in?note={note}", status_code=303, headers=HEADERS)
    set_cookie(shared, response, name, "", 0)
    return response


def _form(
    request: Request, shared: State, path: str | None, address: str = "", error: str = "", note: str = ""
) -> Response:
    context = {"path": path, "address": address, "error": error, "note": note}
    local = shared.settings.mailbox_url is not None
    return page(request, "sign_in.html", 422 if error else 200, local=local, **context)


async def _sign_in_by(
    request: Request,
    shared: State,
    use: Callable[[str, datetime], Awaitable[SignIn]],
    token: str,
    next: str,
    now: datetime,
) -> Response:
    """Uses the token of a link whose button was pressed. A wrong one counts against the network."""
    try:
        await shared.lockout.check_network(_host(request), now)
        result = await use(token, now)
    except HomeroomError as error:
        return await _refused(request, shared, error, now)
    return signed_in(shared, result.token, safe_path(next) or home_path(result.role))


async def _refused(request: Request, shared: State, error: HomeroomError, now: Now) -> Response:
    """Counts the failed attempt against the network, unless it was not checked at all."""
    if status_of(error) < 500 and not isinstance(error, RateLimited):
        await shared.lockout.count_bad_token(_host(request), error.code, now)
    return refusal(request, "sign_in_refused.html", error)


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


def _flow_cookie(shared: State) -> str:
    return f"{cookie_name(shared)}-flow"
