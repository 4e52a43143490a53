"""Tenants: made by the operator; their rules, set by themselves."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from api.dependencies import Now, Shared, TheCaller, Work, operator
from api.operations import seeding
from api.schemas.people import NewOrganization, OrganizationMade, PolicyChange
from domain.policies import SessionPolicy

router = APIRouter(prefix="/v1", tags=["organizations"])


@router.post("/organizations", status_code=201)
async def make_organization(
    new: NewOrganization, shared: Shared, now: Now, _: Annotated[None, Depends(operator)]
) -> OrganizationMade:
    return await seeding.make_organization(shared.database, new, shared.settings.region, now)


@router.get("/policy")
async def get_policy(db: Work) -> SessionPolicy:
    return await seeding.policy_of(db)


@router.patch("/policy")
async def change_policy(change: PolicyChange, db: Work, _: TheCaller) -> SessionPolicy:
    try:
        return await seeding.change_policy(db, change.model_dump(mode="json", exclude_none=True))
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
