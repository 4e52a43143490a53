"""Sign-in bindings: list and release the accounts at identity providers that people of the staff sign in with."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from api.http.authentication import needs
from api.http.dependencies import Now, Work
from api.http.idempotency import ApiRoute
from api.schemas.access import SignInBindingOut
from domain.people.access import Permission
from models.repositories import sign_ins
from services import sign_in_bindings

router = APIRouter(
    prefix="/v1/sign-in-bindings",
    tags=["access"],
    route_class=ApiRoute,
    dependencies=[needs(Permission.MEMBERS_MANAGE)],
)


@router.get("")
async def list_bindings(db: Work, person_id: UUID | None = None) -> list[SignInBindingOut]:
    """List which account at an identity provider each person signs in with, the oldest first."""
    return [SignInBindingOut.of(row) for row in await sign_ins.bindings(db, person_id)]


@router.delete("/{id}", status_code=204)
async def release_binding(binding_id: Annotated[UUID, Path(alias="id")], db: Work, now: Now) -> None:
    """Release a person from an account and sign them out. Whoever signs in next with their address is bound to them."""
    await sign_in_bindings.release(db, binding_id, now)
