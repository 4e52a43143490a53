"""On-call rotas: who is on duty, and who stands in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from domain.cases import rota as duty
from domain.errors import InvalidInput, TransitionRefused
from domain.people.access import Principal
from models.access import Member
from models.case_routing import Rota, RotaOverride
from models.repositories import case_routing, entities
from services.inputs.routing import NewOverride

LONGEST_LIST = timedelta(weeks=26)


@dataclass(frozen=True)
class Duty:
    """Who is on duty from a moment on."""

    at: datetime
    member: Member | None  # None: nobody


async def on_duty(db: AsyncSession, rota_ids: Collection[UUID], at: datetime) -> dict[UUID, UUID]:
    """By rota in use, the member who is on duty; rotas on which nobody is are left out."""
    rows = await case_routing.rotas(db, rota_ids)
    found = {
        row.id: duty.on_duty(rota, at) for row, rota in zip(rows, await rules_of(db, rows, at), strict=True)
    }
    return {key: member for key, member in found.items() if member is not None}


async def hand_overs(db: AsyncSession, rota_id: UUID, from_: datetime, until: datetime) -> list[Duty]:
    """Who is on duty at `from_`, and each hand-over before `until`. Raises NotFound, InvalidInput."""
    if not from_ < until <= from_ + LONGEST_LIST:
        raise InvalidInput(f"`until` must be after `at` by at most {LONGEST_LIST.days // 7} weeks")
    row = await case_routing.rota(db, rota_id)
    return (await duties(db, [row], from_, until))[row.id]


async def duties(
    db: AsyncSession, rows: Sequence[Rota], from_: datetime, until: datetime
) -> dict[UUID, list[Duty]]:
    """By rota, who is on duty at `from_`, and each hand-over before `until`."""
    rotas = await rules_of(db, rows, from_)
    steps = {row.id: duty.hand_overs(rota, from_, until) for row, rota in zip(rows, rotas, strict=True)}
    ids = {step.member_id for some in steps.values() for step in some if step.member_id is not None}
    people = {member.id: member for member in await case_routing.members(db, ids, ())}
    return {
        key: [Duty(step.at, people.get(step.member_id) if step.member_id else None) for step in some]
        for key, some in steps.items()
    }


async def overrides(db: AsyncSession, rota_id: UUID, now: datetime) -> Sequence[RotaOverride]:
    """Those that are not over, in the order of their making. Raises NotFound."""
    row = await case_routing.rota(db, rota_id)
    return (await case_routing.overrides(db, [row.id], now)).get(row.id, ())


async def add_override(
    db: AsyncSession, who: Principal, rota_id: UUID, key: UUID, new: NewOverride, now: datetime
) -> RotaOverride:
    """Give somebody duty in place of whoever's turn it is; called again with the same id, it changes nothing.

    Raises NotFound, TransitionRefused for a rota that is retired, UnknownReference, InvalidInput.
    """
    if existing := await db.get(RotaOverride, key):
        return existing
    if (await case_routing.rota(db, rota_id)).retired_at is not None:
        raise TransitionRefused("this rota is retired", next_step="Restore it first.")
    if new.ends_at <= now:
        raise InvalidInput("an override must end in the future")
    await entities.in_use(db, Member, new.member_id)
    row = RotaOverride(
        id=key,
        organization_id=who.organization_id,
        rota_id=rota_id,
        member_id=new.member_id,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        created_by=who.actor,
        created_at=now,
    )
    db.add(row)
    await db.flush()
    return row


async def rules_of(db: AsyncSession, rows: Sequence[Rota], at: datetime) -> list[duty.Rota]:
    """The rotas with their overrides that end after `at`."""
    standing_in = await case_routing.overrides(db, [row.id for row in rows], at)
    members = {row.id: tuple(UUID(key) for key in row.members) for row in rows}
    named = {key for keys in members.values() for key in keys}
    named |= {one.member_id for some in standing_in.values() for one in some}
    retired = await case_routing.retired_members(db, named)
    return [
        duty.Rota(
            members[row.id],
            row.hand_over_on.number,
            row.hand_over_at,
            ZoneInfo(row.time_zone),
            row.starts_on,
            tuple(
                duty.Override(one.starts_at, one.ends_at, one.member_id)
                for one in standing_in.get(row.id, ())
            ),
            retired,
        )
        for row in rows
    ]
