"""API keys."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.access import needs
from api.dependencies import Now, TheCaller, Work
from api.idempotency import ApiRoute, Ids
from api.operations import organizations
from api.paging import ListQuery, Page, next_cursor
from api.schemas.organizations import KeyMade, KeyOut, NewKey, Rotation
from domain.access import Permission
from models.organization import ApiKey
from models.repositories import pages

router = APIRouter(
    prefix="/v1/keys", tags=["access"], route_class=ApiRoute, dependencies=[needs(Permission.KEYS_MANAGE)]
)


class KeysQuery(ListQuery):
    filters = ("prefix",)
    searched = ("name", "prefix")

    prefix: str | None = None

    @property
    def equal(self) -> dict[str, object]:
        return super().equal if self.prefix else {}


@router.post("", status_code=201)
async def make_key(new: NewKey, db: Work, who: TheCaller, ids: Ids, now: Now) -> KeyMade:
    return await organizations.make_key(db, who, new, ids.next(), now)


@router.get("")
async def list_keys(db: Work, asked: Annotated[KeysQuery, Query()]) -> Page[KeyOut]:
    """Revoked and expired ones included."""
    rows, more = await pages.page(db, ApiKey, asked.wanted())
    return Page(items=[KeyOut.of(row) for row in rows], next_cursor=next_cursor(rows, more, asked.sort))


@router.post("/{key_id}/rotate", status_code=201)
async def rotate_key(
    key_id: UUID, rotation: Rotation, db: Work, who: TheCaller, ids: Ids, now: Now
) -> KeyMade:
    """A fresh key of the same kind; the old one goes on working for the overlap."""
    return await organizations.rotate_key(db, who, key_id, rotation.overlap, ids.next(), now)


@router.delete("/{key_id}", status_code=204)
async def revoke_key(key_id: UUID, db: Work, now: Now) -> None:
    """It stops working at once."""
    await organizations.revoke_key(db, key_id, now)
