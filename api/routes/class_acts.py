"""Acts on many classes at once."""

from fastapi import APIRouter
from uuid_utils.compat import uuid7

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller
from api.http.idempotency import ApiRoute, CommandId
from api.schemas.class_acts import ClassActResult, ClassActsIn
from domain.people.access import Permission

router = APIRouter(prefix="/v1", tags=["sessions"], route_class=ApiRoute)


@router.post("/session-actions", dependencies=[needs(Permission.SESSIONS_WRITE)])
async def act_on_sessions(
    acts: ClassActsIn, who: TheCaller, shared: Shared, now: Now, command: CommandId
) -> list[ClassActResult]:
    """Cancel classes, move them by an amount, look for substitutes, or open them to volunteers.

    Each class is done or refused by itself: the results are in the order of `ids`. With `dry_run`, nothing is changed
    and the results say what would happen and who would be written to.
    """
    if acts.dry_run:
        results = await shared.bulk_classes.preview(who, acts, now)
    else:
        results = await shared.bulk_classes.act(who, acts, command or str(uuid7()), now)
    return [ClassActResult.of(result) for result in results]
