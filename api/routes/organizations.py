"""Organizations, which the operator creates, and their policies, which their admins set."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.http.authentication import needs, operator
from api.http.dependencies import Now, Shared, Work
from api.http.etags import IfMatch, etag, required_version
from api.http.idempotency import ApiRoute, Ids
from api.schemas.organizations import OrganizationMade, OrganizationOut
from domain.people.access import Permission
from domain.scheduling.planning_policy import PlanningPolicy
from domain.scheduling.self_service import SelfServicePolicy
from domain.scheduling.substitution_policy import SubstitutionPolicy
from domain.sessions.policies import SessionPolicy
from models.organization import Organization
from services import organizations
from services.inputs.access import Domain
from services.inputs.organizations import NewOrganization, OrganizationChange, PolicyChange

router = APIRouter(prefix="/v1", tags=["organizations"], route_class=ApiRoute)


@router.post("/organizations", status_code=201)
async def make_organization(
    new: NewOrganization, shared: Shared, ids: Ids, now: Now, _: Annotated[None, Depends(operator)]
) -> OrganizationMade:
    """Create an organization with its first API key. Only for the operator of the deployment."""
    made = await organizations.make_organization(
        shared.database, new, shared.settings.region, ids.next(), ids.next(), now
    )
    return OrganizationMade(id=made.row.organization_id, api_key=made.api_key)


@router.put("/organizations/{id}/domains/{domain}", status_code=204)
async def vouch_for_domain(
    organization_id: Annotated[UUID, Path(alias="id")],
    domain: Annotated[Domain, Path()],
    shared: Shared,
    now: Now,
    _: Annotated[None, Depends(operator)],
) -> None:
    """Vouch that a mail domain is an organization's own. Only for the operator of the deployment."""
    await shared.sign_in_domains.vouch(organization_id, domain, now)


@router.delete("/organizations/{id}/domains/{domain}", status_code=204)
async def withdraw_domain(
    organization_id: Annotated[UUID, Path(alias="id")],
    domain: Annotated[Domain, Path()],
    shared: Shared,
    _: Annotated[None, Depends(operator)],
) -> None:
    """End an organization's proof of a mail domain. Only for the operator of the deployment."""
    await shared.sign_in_domains.withdraw(organization_id, domain)


@router.get("/organization", dependencies=[needs(Permission.ORGANIZATION_READ)])
async def get_organization(db: Work, response: Response) -> OrganizationOut:
    """Read the caller's organization."""
    return _with_etag(await organizations.organization(db), response)


@router.patch("/organization", dependencies=[needs(Permission.ORGANIZATION_WRITE)])
async def change_organization(
    change: OrganizationChange, db: Work, now: Now, response: Response, if_match: IfMatch = None
) -> OrganizationOut:
    """Change the caller's organization. Fields you leave out stay as they are."""
    values, version = change.model_dump(exclude_unset=True), required_version(if_match)
    return _with_etag(await organizations.change_organization(db, values, version, now), response)


def _with_etag(row: Organization, response: Response) -> OrganizationOut:
    response.headers["ETag"] = etag(row.version)
    return OrganizationOut(**{name: getattr(row, name) for name in OrganizationOut.model_fields})


@router.get("/policy", dependencies=[needs(Permission.POLICY_READ)])
async def get_policy(db: Work) -> SessionPolicy:
    """Read the class rules of the caller's organization."""
    return organizations.policy_of(await organizations.organization(db))


@router.patch("/policy", dependencies=[needs(Permission.POLICY_WRITE)])
async def change_policy(change: PolicyChange, db: Work, now: Now) -> SessionPolicy:
    """Change rules for classes booked from now on. Rules you leave out stay as they are."""
    try:
        return await organizations.change_policy(db, change.values(), now)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


@router.get("/substitution-policy", dependencies=[needs(Permission.POLICY_READ)])
async def get_substitution_policy(db: Work, response: Response) -> SubstitutionPolicy:
    """Read the organization's rules for finding substitutes: the ranking's weights, and the pace of offers."""
    row = await organizations.organization(db)
    response.headers["ETag"] = etag(row.version)
    return organizations.substitution_policy_of(row)


@router.put("/substitution-policy", dependencies=[needs(Permission.POLICY_WRITE)])
async def set_substitution_policy(
    policy: SubstitutionPolicy, db: Work, now: Now, response: Response, if_match: IfMatch = None
) -> SubstitutionPolicy:
    """Set the rules for finding substitutes, as a whole: what you leave out gets its default.

    A search that goes on keeps the rules it began with. With If-Match, the rules are set only if nobody has changed
    the organization since you read them.
    """
    version = required_version(if_match) if if_match is not None else None
    row = await organizations.set_substitution_policy(db, policy, now, version)
    response.headers["ETag"] = etag(row.version)
    return policy


@router.get("/planning-policy", dependencies=[needs(Permission.POLICY_READ)])
async def get_planning_policy(db: Work, response: Response) -> PlanningPolicy:
    """Read who is asked before a plan of a term is published, until when, and what silence counts as."""
    row = await organizations.organization(db)
    response.headers["ETag"] = etag(row.version)
    return organizations.planning_policy_of(row)


@router.put("/planning-policy", dependencies=[needs(Permission.POLICY_WRITE)])
async def set_planning_policy(
    policy: PlanningPolicy, db: Work, now: Now, response: Response, if_match: IfMatch = None
) -> PlanningPolicy:
    """Set who is asked before plans are published, as a whole: what you leave out gets its default.

    With If-Match, it is set only if nobody has changed the organization since you read it.
    """
    version = required_version(if_match) if if_match is not None else None
    row = await organizations.set_planning_policy(db, policy, now, version)
    response.headers["ETag"] = etag(row.version)
    return policy


@router.get("/self-service-policy", dependencies=[needs(Permission.POLICY_READ)])
async def get_self_service_policy(db: Work, response: Response) -> SelfServicePolicy:
    """Read what families may change themselves: move and cancel classes, until when, and what counts as late."""
    row = await organizations.organization(db)
    response.headers["ETag"] = etag(row.version)
    return organizations.self_service_policy_of(row)


@router.put("/self-service-policy", dependencies=[needs(Permission.POLICY_WRITE)])
async def set_self_service_policy(
    policy: SelfServicePolicy, db: Work, now: Now, response: Response, if_match: IfMatch = None
) -> SelfServicePolicy:
    """Set what families may change themselves, as a whole: what you leave out gets its default.

    With If-Match, it is set only if nobody has changed the organization since you read it.
    """
    version = required_version(if_match) if if_match is not None else None
    row = await organizations.set_self_service_policy(db, policy, now, version)
    response.headers["ETag"] = etag(row.version)
    return policy
