"""Who is on duty: overrides and hand-overs of on-call rotas, and test messages to channels."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api.http.authentication import needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.idempotency import ApiRoute, Ids
from api.schemas.routing import ChannelTestOut, DutyOut, OverrideOut
from domain.people.access import Permission
from models.repositories import case_routing as repository
from services import rotas
from services.inputs.fields import Moment
from services.inputs.routing import NewOverride

router = APIRouter(prefix="/v1", tags=["routing"], route_class=ApiRoute)
READ, WRITE = [needs(Permission.ROUTING_READ)], [needs(Permission.ROUTING_WRITE)]
Key = Annotated[UUID, Path(alias="id")]


@router.get("/rotas/{id}/on-duty", dependencies=READ)
async def who_is_on_duty(
    key: Key,
    db: Work,
    now: Now,
    at: Annotated[Moment | None, Query(description="Left out: now.")] = None,
    until: Annotated[
        Moment | None, Query(description="List the hand-overs before it too; at most 26 weeks later.")
    ] = None,
) -> list[DutyOut]:
    """See who is on duty on a rota at a moment, and, with `until`, each hand-over from then on."""
    from_ = at or now
    found = await rotas.hand_overs(db, key, from_, until or from_ + timedelta(microseconds=1))
    return [DutyOut.of(duty) for duty in found]


@router.get("/rotas/{id}/overrides", dependencies=READ)
async def list_overrides(key: Key, db: Work, now: Now) -> list[OverrideOut]:
    """List the overrides of a rota that are not over. Where two overlap, the later made one counts."""
    return [OverrideOut.of(row) for row in await rotas.overrides(db, key, now)]


@router.post("/rotas/{id}/overrides", status_code=201, dependencies=READ)
async def add_override(
    key: Key, new: NewOverride, db: Work, who: TheCaller, ids: Ids, now: Now
) -> OverrideOut:
    """Give somebody duty in place of whoever's turn it is. For everybody who may read the rota."""
    return OverrideOut.of(await rotas.add_override(db, who, key, ids.next(), new, now))


@router.delete("/rotas/{id}/overrides/{override_id}", status_code=204, dependencies=READ)
async def delete_override(key: Key, override_id: UUID, db: Work) -> None:
    """Delete an override. For everybody who may read the rota."""
    await repository.delete_override(db, key, override_id)


@router.post("/alert-channels/{id}/test", dependencies=WRITE)
async def test_alert_channel(key: Key, shared: Shared, who: TheCaller, ids: Ids, now: Now) -> ChannelTestOut:
    """Send a test message to a channel at once, and say whether the channel took it."""
    return ChannelTestOut.of(await shared.alerts.test(who.organization_id, key, ids.next(), now))
