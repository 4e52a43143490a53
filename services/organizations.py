"""Organizations: the operator creates them; their admins change settings and rules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidInput
from domain.people.access import AccessRole
from domain.scheduling.planning_policy import PlanningPolicy
from domain.scheduling.self_service import SelfServicePolicy
from domain.scheduling.substitution_policy import SubstitutionPolicy
from domain.sessions.policies import SessionPolicy
from models.database import Database
from models.organization import Organization
from models.repositories import entities, organizations
from models.repositories.entities import check_version
from services import api_keys
from services.api_keys import MadeKey
from services.inputs.api_keys import NewKey
from services.inputs.organizations import NewOrganization


async def make_organization(
    database: Database, new: NewOrganization, region: str, made: UUID, key_id: UUID, now: datetime
) -> MadeKey:
    """Create an organization under the id `made`, with a first API key, which is returned.

    Called again with the same ids, it replaces the secret of the key.
    """
    async with database.tenant(made) as db:
        await organizations.ensure_region(db, region)
        if await organizations.get_organization(db) is None:
            db.add(Organization(id=made, region=region, created_at=now, **new.model_dump()))
            await db.flush()
        first = NewKey(name="first key", role=AccessRole.ADMIN)
        return await api_keys.add(db, made, first, "operator", key_id, now)


async def organization(db: AsyncSession, *, lock: bool = False) -> Organization:
    """The organization of this transaction's tenant."""
    row = await organizations.get_organization(db, lock=lock)
    assert row is not None, "a unit of work has a tenant"
    return row


async def change_organization(
    db: AsyncSession, change: dict[str, Any], version: int | None, now: datetime
) -> Organization:
    """Change columns, such as name, time zone, language and contact address. Raises StaleVersion."""
    row = await organization(db, lock=True)
    check_version(row.version, version)
    entities.touch(row, change, now)
    await db.flush()
    return row


def policy_of(row: Organization) -> SessionPolicy:
    return SessionPolicy.model_validate(row.policy)


def substitution_policy_of(row: Organization) -> SubstitutionPolicy:
    return SubstitutionPolicy.model_validate(row.substitution_policy)


async def set_substitution_policy(
    db: AsyncSession, policy: SubstitutionPolicy, now: datetime, version: int | None = None
) -> Organization:
    """Set the rules of searches for substitutes that begin from now on, as a whole. Raises StaleVersion."""
    stored = policy.model_dump(mode="json", exclude_defaults=True)
    return await change_organization(db, {"substitution_policy": stored}, version, now)


def self_service_policy_of(row: Organization) -> SelfServicePolicy:
    return SelfServicePolicy.model_validate(row.self_service_policy)


async def set_self_service_policy(
    db: AsyncSession, policy: SelfServicePolicy, now: datetime, version: int | None = None
) -> Organization:
    """Set what families may change themselves from now on, as a whole. Raises InvalidInput, StaleVersion."""
    if policy.leaves_no_time:
        raise InvalidInput(
            "classes can be moved to no time: move_until is not shorter than ahead",
            next_step="Let classes be moved farther ahead, or closer to their start.",
        )
    stored = policy.model_dump(mode="json", exclude_defaults=True)
    return await change_organization(db, {"self_service_policy": stored}, version, now)


def planning_policy_of(row: Organization) -> PlanningPolicy:
    return PlanningPolicy.model_validate(row.planning_policy)


async def set_planning_policy(
    db: AsyncSession, policy: PlanningPolicy, now: datetime, version: int | None = None
) -> Organization:
    """Set who is asked before plans are published from now on, as a whole. Raises StaleVersion."""
    stored = policy.model_dump(mode="json", exclude_defaults=True)
    return await change_organization(db, {"planning_policy": stored}, version, now)


async def change_policy(
    db: AsyncSession, change: dict[str, Any], now: datetime, version: int | None = None
) -> SessionPolicy:
    """Change rules for classes booked from now on.

    Raises StaleVersion, and pydantic.ValidationError if the rules contradict each other.
    """
    row = await organization(db, lock=True)
    check_version(row.version, version)
    policy = SessionPolicy.model_validate(row.policy | change)
    entities.touch(row, {"policy": policy.model_dump(mode="json", exclude_defaults=True)}, now)
    return policy
