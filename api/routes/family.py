"""A guardian's own children."""

from fastapi import APIRouter

from api.access import needs
from api.dependencies import Now, Shared, TheCaller, Work
from api.idempotency import ApiRoute
from api.operations.family import family
from api.schemas.family import FamilyOut
from domain.access import Permission

router = APIRouter(prefix="/v1/family", tags=["family"], route_class=ApiRoute)


@router.get("", dependencies=[needs(Permission.FAMILY_READ)])
async def read_family(db: Work, who: TheCaller, shared: Shared, now: Now) -> FamilyOut:
    """Next classes with join links, approved summaries and sent messages, for a signed-in guardian."""
    return FamilyOut.of(await family(db, who, shared.links, now))
