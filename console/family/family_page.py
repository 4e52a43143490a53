"""The page of a guardian, in their language and time zone; a signed link in each of their mails opens it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from babel import Locale
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from api.http.authentication import person_or_none
from api.http.dependencies import Now, Shared
from api.http.state import State
from console.frame import choices, forms
from console.frame.problem_page import PageRoute
from console.frame.rendering import HEADERS, page
from console.frame.texts import set_page_language
from console.frame.viewers import OnlyFor, current_user, same_origin, signed_in
from domain.notices.kinds import UNSUBSCRIBABLE
from domain.people.access import AccessRole, Principal
from domain.people.languages import TEXT_LANGUAGES
from domain.record.documentation import Section
from reports.catalogue import page_words
from reports.moments import clock, moment
from reports.statements import statement_text
from services.family import Family, change_own_settings, family
from services.inputs.people import GuardianChange

router = APIRouter(include_in_schema=False, route_class=PageRoute)
PATH = "/family"
CHANGES = ("moved", "cancelled")  # what a family has done on the page of a class


OnlyGuardian = OnlyFor(AccessRole.GUARDIAN)
TheGuardian = Annotated[Principal, Depends(OnlyGuardian)]


async def guardian_or_link(request: Request, t: str | None = None) -> Principal | None:
    """The signed-in guardian; None for a link in a mail, whoever is signed in. Raises NotAuthenticated, NotAllowed."""
    return None if t is not None else await OnlyGuardian(await current_user(request))


@router.get(PATH)
async def family_page(
    request: Request,
    shared: Shared,
    now: Now,
    who: Annotated[Principal | None, Depends(guardian_or_link)],
    t: str | None = None,
) -> Response:
    if who is None:
        return await _confirm_link(request, shared, t or "", now)
    async with shared.database.tenant(who.organization_id) as db:
        view = await family(db, who, shared.links, now)
    return _family_page(request, view, now)


@router.post(PATH, dependencies=[Depends(same_origin)])
async def use_link(shared: Shared, now: Now, t: Annotated[str, Form()] = "") -> Response:
    return signed_in(shared, (await shared.family_links.sign_in(t, now)).token, PATH)


@router.post(f"{PATH}/settings", dependencies=[Depends(same_origin)])
async def save_settings(request: Request, shared: Shared, who: TheGuardian, now: Now) -> Response:
    """The guardian's own language, time zone, quiet hours and messages."""
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
    who: TheGuardian,
    now: Now,
    session_id: Annotated[UUID, Form()],
    student_id: Annotated[UUID, Form()],
    cannot_come: Annotated[bool, Form()],
) -> Response:
    """The guardian says that a child cannot come, or takes it back."""
    await shared.absences.announce(who, session_id, student_id, cannot_come=cannot_come, now=now)
    return RedirectResponse(f"{PATH}#child-{student_id}", status_code=303, headers=HEADERS)


def _family_page(
    request: Request, view: Family, now: datetime, *, problem: str = "", status: int = 200
) -> Response:
    words = page_words("family", view.guardian.language)
    language = words.language
    zone = view.guardian.time_zone
    changed = request.query_params.get("changed")
    return page(
        request,
        "family.html",
        status,
        problem=problem,
        saved="saved" in request.query_params,
        changed=changed if changed in CHANGES else "",
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


async def _confirm_link(request: Request, shared: State, token: str, now: datetime) -> Response:
    """Asks before it signs in: another site may have opened the link, and the browser may be somebody else's.

    A guardian who is signed in goes on to the page.
    """
    guardian = await shared.family_links.guardian_of(token, now)
    who = await person_or_none(request)
    if who and who.actor == f"guardian:{guardian.id}":
        return RedirectResponse(PATH, status_code=303, headers=HEADERS)
    set_page_language(guardian.language)
    return page(
        request,
        "sign_in_link.html",
        action=PATH,
        parameter="t",
        token=token,
        account=guardian.name,
        lasting=True,
    )
