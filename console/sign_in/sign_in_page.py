"""Signing in and out: by a link in a mail, or with an organization's own accounts."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from api.http.authentication import cookie_name, principal_or_none
from api.http.dependencies import Now, Shared
from api.http.problems import status_of
from api.http.state import State
from console.frame.problem_page import PageRoute, refusal
from console.frame.rendering import HEADERS, page
from console.frame.viewers import same_origin, set_cookie, signed_in
from domain.errors import HomeroomError, RateLimited
from domain.people.sign_in import domain_of, home_path, safe_path
from services.inputs.fields import EMAIL
from services.openid_sign_in import FLOW_LASTS
from services.sign_in import sign_out
from wiring.api import OPENID_CALLBACK

router = APIRouter(include_in_schema=False, route_class=PageRoute)
_LONGEST = 254  # characters of an address
NOTES = {"out": "You are signed out.", "everywhere": "You are signed out everywhere."}


@router.get("/sign-in")
async def form(request: Request, shared: Shared, next: str = "", note: str = "") -> Response:
    path = safe_path(next)
    if who := await principal_or_none(request):
        return RedirectResponse(path or home_path(who.role), status_code=303, headers=HEADERS)
    return _form(request, shared, path, note=NOTES.get(note, ""))


@router.post("/sign-in", dependencies=[Depends(same_origin)])
async def ask(
    request: Request,
    shared: Shared,
    now: Now,
    address: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """The same answer whether the address is known or not; a mail goes out, or does not, after it is given."""
    path, wanted = safe_path(next), address.strip()
    if len(wanted) > _LONGEST or not re.fullmatch(EMAIL, wanted):
        return _form(request, shared, path, wanted, "Enter an email address, such as ada@school.example.")
    await shared.lockout.count_link_request(wanted, _host(request), now)
    offered = await shared.openid_sign_in.choices(domain_of(wanted))
    told = {"address": wanted, "path": path, "choices": offered, "domain": domain_of(wanted)}
    answer = page(request, "sign_in_asked.html", mailbox_url=shared.settings.mailbox_url, **told)
    answer.background = BackgroundTask(shared.sign_in_links.send, wanted, path, now)
    return answer


@router.get("/sign-in/link")
async def link(request: Request, token: str = "", next: str = "") -> Response:
    """Nothing happens yet: mail programs open links before people do."""
    return page(request, "sign_in_link.html", token=token, path=safe_path(next))


@router.post("/sign-in/link", dependencies=[Depends(same_origin)])
async def use_link(
    request: Request,
    shared: Shared,
    now: Now,
    token: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    try:
        await shared.lockout.check_network(_host(request), now)
        entered = await shared.sign_in_links.use(token, now)
    except HomeroomError as error:
        return await _refused(request, shared, error, now)
    return signed_in(shared, entered.token, safe_path(next) or home_path(entered.role))


@router.get("/sign-in/with/{provider_id}")
async def with_provider(
    provider_id: UUID, request: Request, shared: Shared, domain: str = "", next: str = "", hint: str = ""
) -> Response:
    hinted = hint if re.fullmatch(EMAIL, hint) else ""
    try:
        url, cookie = await shared.openid_sign_in.begin(provider_id, domain.lower(), safe_path(next), hinted)
    except HomeroomError as error:
        return refusal(request, "sign_in_refused.html", error)
    answer = RedirectResponse(url, status_code=303, headers=HEADERS)
    set_cookie(shared, answer, _flow_cookie(shared), cookie, int(FLOW_LASTS.total_seconds()))
    return answer


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
    cookie = request.cookies.get(_flow_cookie(shared), "")
    try:
        await shared.lockout.check_network(_host(request), now)
        entered, path = await shared.openid_sign_in.finish(cookie, state, code, iss, now)
    except HomeroomError as refused:
        answer = await _refused(request, shared, refused, now)
    else:
        answer = signed_in(shared, entered.token, path or home_path(entered.role))
    set_cookie(shared, answer, _flow_cookie(shared), "", 0)
    return answer


@router.post("/sign-out", dependencies=[Depends(same_origin)])
async def leave(
    request: Request, shared: Shared, now: Now, everywhere: Annotated[bool, Form()] = False
) -> Response:
    name = cookie_name(shared)
    await sign_out(shared.database, request.cookies.get(name, ""), now, everywhere=everywhere)
    note = "everywhere" if everywhere else "out"
    answer = RedirectResponse(f"/sign-in?note={note}", status_code=303, headers=HEADERS)
    set_cookie(shared, answer, name, "", 0)
    return answer


def _form(
    request: Request, shared: State, path: str | None, address: str = "", error: str = "", note: str = ""
) -> Response:
    told = {"path": path, "address": address, "error": error, "note": note}
    local = shared.settings.mailbox_url is not None
    return page(request, "sign_in.html", 422 if error else 200, local=local, **told)


async def _refused(request: Request, shared: State, error: HomeroomError, now: Now) -> Response:
    """What was tried counts, unless it was not even looked at."""
    if status_of(error) < 500 and not isinstance(error, RateLimited):
        await shared.lockout.count_bad_token(_host(request), error.code, now)
    return refusal(request, "sign_in_refused.html", error)


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


def _flow_cookie(shared: State) -> str:
    return f"{cookie_name(shared)}-flow"
