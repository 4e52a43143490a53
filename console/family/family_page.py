"""The page of a guardian, in their language and time zone; a signed link in each of their mails opens it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from babel import Locale
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api.http.authentication import principal_or_none
from api.http.dependencies import Now, Shared
from api.http.head_requests import is_head
from api.http.state import State
from console.frame import choices, forms
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.viewers import OnlyFor, current_user, same_origin, signed_in
from domain.notices.kinds import UNSUBSCRIBABLE
from domain.people.access import AccessRole
from domain.people.languages import TEXT_LANGUAGES
from domain.record.documentation import Section
from reports.catalogue import page_words
from reports.moments import clock, moment
from reports.statements import statement_text
from services.family import Family, change_own_settings, family
from services.inputs.people import GuardianChange

router = APIRouter(include_in_schema=False, route_class=PageRoute)
PATH = "/family"


@router.get(PATH)
async def family_page(request: Request, shared: Shared, now: Now, t: str | None = None) -> Response:
    if t is not None:
        return await _sign_in(request, shared, t, now)
    who = await OnlyFor(AccessRole.GUARDIAN)(await current_user(request))
    async with shared.database.tenant(who.organization_id) as db:
        view = await family(db, who, shared.links, now)
    return _family_page(request, view, now)


@router.post(f"{PATH}/settings", dependencies=[Depends(same_origin)])
async def save_settings(request: Request, shared: Shared, now: Now) -> Response:
    """The guardian's own language, time zone, quiet hours and messages."""
    who = await OnlyFor(AccessRole.GUARDIAN)(await current_user(request))
    posted = await forms.posted(request)
    try:
        change = GuardianChange(
            language=forms.text(posted, "language"),
            time_zone=forms.text(posted, "time_zone"),
            quiet_from=forms.text(posted, "quiet_from") or None,
            quiet_until=forms.text(posted, "quiet_until") or None,
            unsubscribed=[kind for kind in UNSUBSCRIBABLE if kind not in forms.texts(posted, "messages")],
        )
    except ValidationError:
        async with shared.database.tenant(who.organization_id) as db:
            view = await family(db, who, shared.links, now)
        return _family_page(request, view, now, problem="quiet_wrong", status=422)
    async with shared.database.tenant(who.organization_id) as db:
        await change_own_settings(db, who, change, now)
    return RedirectResponse(f"{PATH}?saved=true#settings", status_code=303, headers=HEADERS)


@router.post(f"{PATH}/absences", dependencies=[Depends(same_origin)])
async def announce_absence(
    request: Request,
    shared: Shared,
    now: Now,
    session_id: Annotated[UUID, Form()],
    student_id: Annotated[UUID, Form()],
    cannot_come: Annotated[bool, Form()],
) -> Response:
    """The guardian says that a child cannot come, or takes it back."""
    who = await OnlyFor(AccessRole.GUARDIAN)(await current_user(request))
    await shared.absences.announce(who, session_id, student_id, cannot_come=cannot_come, now=now)
    return RedirectResponse(f"{PATH}#child-{student_id}", status_code=303, headers=HEADERS)


def _family_page(
    request: Request, view: Family, now: datetime, *, problem: str = "", status: int = 200
) -> Response:
    words = page_words("family", view.guardian.language)
    language = words.language
    zone = view.guardian.time_zone
    return page(
        request,
        "family.html",
        status,
        problem=problem,
        saved="saved" in request.query_params,
        languages=[(code, Locale.parse(code).get_language_name(code)) for code in TEXT_LANGUAGES],
        zones=choices.zones(),
        unsubscribable=UNSUBSCRIBABLE,
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
    if is_head(request) or (who and who.actor == f"guardian:{guardian_id}"):
        return RedirectResponse(PATH, status_code=303, headers=HEADERS)
    return signed_in(shared, (await shared.family_links.sign_in(token, now)).token, PATH)
