"""The settings page of sign-in: identity providers, whether their addresses are verified, and bound accounts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from api.http.dependencies import Now, Shared
from console.frame.permits import permits
from console.frame.problem_page import PageRoute
from console.frame.rendering import go_to, page
from console.frame.settings_tabs import tabs
from console.frame.viewers import CurrentUser, same_origin
from console.records.kinds import INSTRUCTOR_KIND, MEMBER_KIND
from domain.people.access import Permission
from models.access import IdentityProvider
from models.repositories import names, pages, sign_ins
from services import sign_in_bindings, sign_in_domains
from services.inputs.access import IdentityProviderChange
from services.resources.catalogue import IDENTITY_PROVIDERS

router = APIRouter(
    prefix="/settings/sign-in",
    include_in_schema=False,
    route_class=PageRoute,
    dependencies=[permits(Permission.MEMBERS_MANAGE)],
)
SAME_ORIGIN = Depends(same_origin)
PEOPLE = {"member": MEMBER_KIND.base, "instructor": INSTRUCTOR_KIND.base}
_MAX_PROVIDERS = 50


@router.get("")
async def show(request: Request, shared: Shared, who: CurrentUser) -> Response:
    async with shared.database.tenant(who.organization_id) as db:
        providers, _ = await pages.page(db, IdentityProvider, pages.PageRequest("created_at", _MAX_PROVIDERS))
        bindings = await sign_ins.bindings(db)
        domains = await sign_in_domains.domains(db, who.organization_id)
        people = await names.of_actors(db, {f"{row.person_kind}:{row.person_id}" for row in bindings})
    return page(
        request,
        "sign_in_settings.html",
        path="/settings/sign-in",
        tabs=tabs(who),
        providers=providers,
        bindings=bindings,
        domains=domains,
        people=people,
        bases=PEOPLE,
    )


@router.post("/providers/{provider_id}/addresses", dependencies=[SAME_ORIGIN])
async def set_addresses(
    request: Request,
    provider_id: UUID,
    shared: Shared,
    who: CurrentUser,
    now: Now,
    version: Annotated[int, Form()],
    addresses_verified: Annotated[bool, Form()] = False,
) -> Response:
    change = await IDENTITY_PROVIDERS.admit(
        shared.outside, IdentityProviderChange(addresses_verified=addresses_verified)
    )
    async with shared.database.tenant(who.organization_id) as db:
        await IDENTITY_PROVIDERS.update(db, provider_id, change, version, now)
    return go_to(request, "/settings/sign-in", "saved")


@router.post("/domains", dependencies=[SAME_ORIGIN])
async def prove(
    request: Request, shared: Shared, who: CurrentUser, now: Now, domain: Annotated[str, Form()]
) -> Response:
    await shared.sign_in_domains.prove(who.organization_id, domain, now)
    return go_to(request, "/settings/sign-in", "proven")


@router.post("/bindings/{binding_id}/release", dependencies=[SAME_ORIGIN])
async def release(request: Request, binding_id: UUID, shared: Shared, who: CurrentUser, now: Now) -> Response:
    """Goes back to the person, where the change shows in the history."""
    async with shared.database.tenant(who.organization_id) as db:
        released = await sign_in_bindings.release(db, binding_id, now)
    return go_to(request, f"{PEOPLE[released.person_kind]}/{released.person_id}", "released")
