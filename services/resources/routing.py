"""The resources of on-call rotas and alert channels."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases.channels import ChannelKind, kind_of
from domain.errors import InvalidInput
from domain.people.access import Permission
from models.access import Member
from models.case_routing import AlertChannel, Rota
from models.repositories import entities
from services.inputs.fields import Schema
from services.inputs.routing import AlertChannelChange, NewAlertChannel, NewRota, RotaChange, check_secret
from services.organizations import organization
from services.resources.resource import Outside, Resource


class Rotas(Resource[Rota]):
    name, table = "rota", Rota
    new, change = NewRota, RotaChange
    read, write = Permission.ROUTING_READ, Permission.ROUTING_WRITE
    references = {"members": Member}  # noqa: RUF012

    async def completed(self, db: AsyncSession, news: Sequence[Schema]) -> Sequence[Schema]:
        zone = (await organization(db)).time_zone
        return [new.model_copy(update={"time_zone": getattr(new, "time_zone", None) or zone}) for new in news]

    async def relate(self, db: AsyncSession, row: Rota, change: Schema, now: datetime) -> None:
        assert isinstance(change, RotaChange), "a change of a rota"
        if "members" in change.model_fields_set:
            known = {UUID(key) for key in row.members}
            await entities.all_in_use(db, Member, [key for key in change.members if key not in known])

    def columns(self, values: dict[str, Any]) -> dict[str, Any]:
        own = super().columns(values)
        return own | ({"members": [str(key) for key in own["members"]]} if "members" in own else {})


class CheckedChannel(NewAlertChannel):
    """A channel whose target was checked and is sealed, as its secret is."""

    kind: ChannelKind
    shown: str


class CheckedChannelChange(AlertChannelChange):
    """A change of a channel whose target was checked and is sealed, as its secret is."""

    kind: ChannelKind
    shown: str


class AlertChannels(Resource[AlertChannel]):
    name, table = "alert channel", AlertChannel
    new, change = NewAlertChannel, AlertChannelChange
    read, write = Permission.ROUTING_READ, Permission.ROUTING_WRITE

    async def admit(self, outside: Outside, new_or_change: Schema) -> Schema:
        """Check the target and seal it with its secret. Raises InvalidInput, Unavailable."""
        given = new_or_change.model_dump(exclude_unset=True)
        if "target" in given:
            kind, target = kind_of(given["target"]), given["target"]
            given |= {"kind": kind, "shown": await outside.channels.check(kind, target)}
            given["target"] = outside.channels.seal(target)
        if given.get("secret") is not None:
            given["secret"] = outside.channels.seal(given["secret"])
        elif isinstance(new_or_change, NewAlertChannel):
            given["secret"] = ""
        is_new = isinstance(new_or_change, NewAlertChannel)
        if is_new:
            given.setdefault("includes_names", False)
        checked = CheckedChannel if is_new else CheckedChannelChange
        return checked.model_construct(_fields_set=set(given), **given)

    async def make(
        self, db: AsyncSession, tenant: UUID, key: UUID, new: Schema, now: datetime
    ) -> AlertChannel:
        assert isinstance(new, CheckedChannel), "a target is sealed before it is written"
        return await super().make(db, tenant, key, new, now)

    async def relate(self, db: AsyncSession, row: AlertChannel, change: Schema, now: datetime) -> None:
        assert isinstance(change, CheckedChannelChange), "a target is sealed before it is written"
        kind = change.kind if "kind" in change.model_fields_set else row.kind
        try:
            check_secret(kind, bool(row.secret) or "secret" in change.model_fields_set)
        except ValueError as error:
            raise InvalidInput(str(error)) from error
