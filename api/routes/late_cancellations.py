"""Late cancellations: classes that families cancelled themselves closer to the start than is free."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from api.http.authentication import needs
from api.http.dependencies import Work
from api.http.idempotency import ApiRoute
from api.http.paging import Listing, Page, next_cursor
from api.schemas.late_cancellations import LateCancellationOut
from domain.people.access import Permission
from models.repositories import late_cancellations

router = APIRouter(prefix="/v1/late-cancellations", tags=["sessions"], route_class=ApiRoute)


class LateCancellationsQuery(Listing):
    filters = ("guardian_id",)

    guardian_id: UUID | None = None
    sort: Literal["cancelled_at", "-cancelled_at"] = "-cancelled_at"


@router.get("", dependencies=[needs(Permission.PEOPLE_READ)])
async def list_late_cancellations(
    db: Work, query: Annotated[LateCancellationsQuery, Query()]
) -> Page[LateCancellationOut]:
    """List the classes that families cancelled late, by `PUT /v1/self-service-policy`; the latest first."""
    rows, more = await late_cancellations.page(db, query.wanted())
    items = [LateCancellationOut.of(row) for row in rows]
    return Page(items=items, next_cursor=next_cursor(rows, more, query.sort))
