"""Sign-in domains: which mail domains lead to an organization's identity providers, and their proofs."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.schemas.access import SignInDomainOut
from domain.people.access import Permission
from services import sign_in_domains
from services.inputs.access import Domain

router = APIRouter(
    prefix="/v1/sign-in-domains",
    tags=["access"],
    route_class=ApiRoute,
    dependencies=[needs(Permission.MEMBERS_MANAGE)],
)


@router.get("")
async def list_domains(db: Work, caller: TheCaller) -> list[SignInDomainOut]:
    """List the mail domains of your identity providers, each with the TXT record that proves it."""
    found = await sign_in_domains.domains(db, caller.organization_id)
    return [SignInDomainOut.of(one) for one in found]


@router.post("/{domain}/prove")
async def prove_domain(
    domain: Annotated[Domain, Path()], shared: Shared, caller: TheCaller, now: Now
) -> SignInDomainOut:
    """Look for the TXT record of a domain; once it is there, people at the domain are sent to your provider."""
    return SignInDomainOut.of(await shared.sign_in_domains.prove(caller.organization_id, domain, now))
