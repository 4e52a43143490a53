"""The page of a guardian, in their language and time zone; a signed link in each of their mails opens it."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.authentication import principal_or_none
from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import OnlyFor, current_user, signed_in
from domain.people.access import AccessRole
from domain.record.documentation import Section
from reports.catalogue import page_words
from reports.moments import clock, moment
from reports.statements import statement_text
from services.family import family

router = APIRouter(include_in_schema=False, route_class=PageRoute)
PATH = "/family"


@router.get(PATH)
async def family_page(request: Request, shared: Shared, now: Now, t: str | None = None) -> Response:
    if t is not None:
        return await _sign_in(request, shared, t, now)
    who = await OnlyFor(AccessRole.GUARDIAN)(await current_user(request))
    async with shared.database.tenant(who.organization_id) as db:
        view = await family(db, who, shared.links, now)
    words = page_words("family", view.guardian.language)
    language = words.language
    zone = view.guardian.time_zone
    return page(
        request,
        "family.html",
        navigation=(),  # guardians have no other page
        view=view,
        language=language,
        words=words,
        sections=tuple(Section),
        text_of=lambda statement: statement_text(statement, language),
        when=lambda at: moment(at, language, zone, now=now),
        until=lambda at: clock(at, language, zone),
        there=lambda at, other: clock(at, language, other),
        zone=zone,
        now=now,
    )


async def _sign_in(request: Request, shared: State, token: str, now: datetime) -> Response:
    """Sign in with the link, and redirect so that it leaves the address bar; a guardian who is signed in stays so."""
    _, guardian_id = await shared.family_links.guardian_of(token, now)
    who = await principal_or_none(request)
    if who and who.actor == f"guardian:{guardian_id}":
        return RedirectResponse(PATH, status_code=303, headers=HEADERS)
    return signed_in(shared, (await shared.family_links.sign_in(token, now)).token, PATH)
