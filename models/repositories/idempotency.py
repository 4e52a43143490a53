"""Claims of Idempotency-Keys, and the responses stored under them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.idempotency import IdempotencyRow


async def take(db: AsyncSession, claim: IdempotencyRow, now: datetime) -> IdempotencyRow | None:
    """Claim a key. None on success: it is new, or its last claim has expired unanswered. Else the existing row."""
    values = claim.model_dump()
    claimed = await db.execute(
        insert(IdempotencyRow)
        .values(values)
        .on_conflict_do_update(
            index_elements=["organization_id", "actor", "key_hash"],
            set_={"locked_until": claim.locked_until},
            where=sa.and_(
                col(IdempotencyRow.status).is_(None),
                col(IdempotencyRow.locked_until) <= now,
                col(IdempotencyRow.fingerprint) == claim.fingerprint,
            ),
        )
        .returning(sa.literal(1))
    )
    if claimed.first():
        return None
    existing = await db.scalars(sa.select(IdempotencyRow).where(*_same(claim.actor, claim.key_hash)))
    return existing.one_or_none() or claim  # released just now: the caller tries again


async def get(db: AsyncSession, actor: str, key_hash: str) -> IdempotencyRow | None:
    return (await db.scalars(sa.select(IdempotencyRow).where(*_same(actor, key_hash)))).one_or_none()


async def keep(db: AsyncSession, actor: str, key_hash: str, status: int, answer: str) -> None:
    await db.execute(
        sa.update(IdempotencyRow).where(*_same(actor, key_hash)).values(status=status, answer=answer)
    )


async def hold(db: AsyncSession, actor: str, key_hash: str, until: datetime) -> None:
    await db.execute(
        sa.update(IdempotencyRow)
        .where(*_same(actor, key_hash), col(IdempotencyRow.status).is_(None))
        .values(locked_until=until)
    )


async def release(db: AsyncSession, actor: str, key_hash: str) -> None:
    await db.execute(sa.delete(IdempotencyRow).where(*_same(actor, key_hash)))


def _same(actor: str, key_hash: str) -> tuple[sa.ColumnElement[bool], ...]:
    return col(IdempotencyRow.actor) == actor, col(IdempotencyRow.key_hash) == key_hash
