"""Versions of an organization's rules: a draft is edited and published, or discarded; published versions stay."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import InvalidInput, NotFound, StaleRevision, StaleVersion
from domain.people.access import Principal
from models.case_routing import CaseRouting
from models.repositories import entities, rule_versions
from models.repositories.entities import check_version
from models.repositories.rule_versions import Row
from models.scheduling import SchedulingRulesVersion
from services.organizations import organization

_MOST_PROBLEMS = 5  # that an error names


@dataclass(frozen=True)
class Base:
    """The version of the rules that a change was made to, as its author has read it."""

    number: int  # 0: there were none
    version: int

    @classmethod
    def of(cls, row: CaseRouting | SchedulingRulesVersion | None) -> "Base":
        return cls(row.number, row.version) if row else cls(0, 0)


async def save_draft(
    db: AsyncSession,
    table: type[Row],
    who: Principal,
    content: Mapping[str, Any],
    now: datetime,
    *,
    version: int | None = None,
    base: Base | None = None,
) -> Row:
    """Write the columns in `content` to the draft, and begin one where there is none.

    `version` is that of the draft, `base` the latest rules as the author has read them; each is compared if it is
    given. Raises StaleVersion.
    """
    await organization(db, lock=True)  # one draft at a time
    row = await rule_versions.latest(db, table)
    if base is not None and Base.of(row) != base:
        raise StaleVersion("somebody has changed the rules since you read them")
    if row is not None and row.published_at is None:
        check_version(row.version, version)
        entities.touch(row, {**content, "created_by": who.actor}, now)
    else:
        row = table(
            id=uuid7(),
            organization_id=who.organization_id,
            number=row.number + 1 if row else 1,
            created_by=who.actor,
            created_at=now,
            **content,
        )
        db.add(row)
    await db.flush()
    return row


async def publish(
    db: AsyncSession,
    table: type[Row],
    who: Principal,
    number: int,
    check: Callable[[Row], Awaitable[None]],
    now: datetime,
    base: Base | None = None,
) -> Row:
    """Publish the draft of this number; published again, nothing changes. `check` raises where it has problems.

    Raises NotFound, StaleRevision, StaleVersion where the draft isn't as in `base`, and what `check` raises.
    """
    await organization(db, lock=True)
    row = await rule_versions.latest(db, table)
    if row is None or row.number < number:
        raise NotFound(f"there is no version {number} of the rules")
    if row.number > number:
        raise StaleRevision(f"the latest version of the rules is {row.number}")
    if row.published_at is not None:
        return row
    if base is not None and Base.of(row) != base:
        raise StaleVersion("somebody has changed the draft since you read it")
    await check(row)
    entities.touch(row, {"published_by": who.actor, "published_at": now}, now)
    await db.flush()
    return row


async def discard(db: AsyncSession, table: type[Row], number: int) -> None:
    """Delete the draft of this number. Raises NotFound."""
    await organization(db, lock=True)
    row = await rule_versions.latest(db, table)
    if row is None or row.published_at is not None or row.number != number:
        raise NotFound(f"there is no draft {number} of the rules")
    await db.delete(row)
    await db.flush()


def invalid(problems: Sequence[object], next_step: str) -> InvalidInput:
    """The error that names the first of some problems, and how many more there are."""
    shown = "; ".join(map(str, problems[:_MOST_PROBLEMS]))
    more = f"; and {len(problems) - _MOST_PROBLEMS} more" if len(problems) > _MOST_PROBLEMS else ""
    return InvalidInput(f"{shown}{more}", next_step=next_step)
