"""What a signed-in guardian may read about their own children."""

from fastapi import APIRouter

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.schemas.family import FamilyOut
from domain.people.access import Permission
from services.family import family

router = APIRouter(prefix="/v1/family", tags=["family"], route_class=ApiRoute)


@router.get("", dependencies=[needs(Permission.FAMILY_READ)])
async def read_family(db: Work, who: TheCaller, shared: Shared, now: Now) -> FamilyOut:
    """Read the signed-in guardian's children: next classes with join links, approved summaries, sent messages."""
    return FamilyOut.of(await family(db, who, shared.links, now))
