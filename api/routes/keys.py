"""API keys: create, list, rotate, revoke."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Now, TheCaller, Work
from api.http.idempotency import ApiRoute, Ids
from api.http.list_queries import KeysQuery
from api.http.paging import Page, next_cursor
from api.schemas.keys import KeyMade, KeyOut
from domain.people.access import Permission
from models.organization import ApiKey
from models.repositories import pages
from services import api_keys
from services.inputs.api_keys import NewKey, Rotation

router = APIRouter(
    prefix="/v1/keys", tags=["access"], route_class=ApiRoute, dependencies=[needs(Permission.KEYS_MANAGE)]
)


@router.post("", status_code=201)
async def make_key(new: NewKey, db: Work, who: TheCaller, ids: Ids, now: Now) -> KeyMade:
    """Create an API key. Its secret is only in this response.

    A key creates none that may do more than itself or works longer.
    """
    return KeyMade.of_made(await api_keys.make(db, who, new, ids.next(), now))


@router.get("")
async def list_keys(db: Work, query: Annotated[KeysQuery, Query()]) -> Page[KeyOut]:
    """List API keys, including revoked and expired ones."""
    rows, more = await pages.page(db, ApiKey, query.wanted())
    return Page(items=[KeyOut.of(row) for row in rows], next_cursor=next_cursor(rows, more, query.sort))


@router.post("/{key_id}/rotate", status_code=201)
async def rotate_key(
    key_id: UUID, rotation: Rotation, db: Work, who: TheCaller, ids: Ids, now: Now
) -> KeyMade:
    """Replace a key by one with the same role and scopes. The old key keeps working for the overlap.

    A key rotates none that may do more than itself, and the new one ends with it at the latest.
    """
    return KeyMade.of_made(await api_keys.rotate(db, who, key_id, rotation.overlap, ids.next(), now))


@router.delete("/{key_id}", status_code=204)
async def revoke_key(key_id: UUID, db: Work, who: TheCaller, now: Now) -> None:
    """Revoke a key. It stops working right away. A key revokes none that may do more than itself."""
    await api_keys.revoke(db, who, key_id, now)
