"""Outcomes of commands: a command that is sent again under its id finds that it took effect, and what came of it.

So does the second attempt of a workflow's activity, which the id of the workflow's update names.

The outcome is stored in the transaction of the effect. A process that dies after the commit and before its answer has
nothing to undo: the repeat tells workflows again where that is part of the command, and answers as the first.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.idempotency import IdempotencyRow
from models.repositories import idempotency

_DONE = 200


class Author(Protocol):
    """Who gave a command, in an organization."""

    @property
    def organization_id(self) -> UUID: ...
    @property
    def actor(self) -> str: ...


async def earlier(db: AsyncSession, who: Author, command_id: str, now: datetime) -> dict[str, Any] | None:
    """What came of this command; None: it has not taken effect, and has once this transaction is committed.

    The same command in another transaction is waited for. Commands without an id are never repeats.
    """
    if not command_id:
        return None
    row = IdempotencyRow(
        organization_id=who.organization_id,
        actor=who.actor,
        key_hash=_hash(command_id),
        fingerprint=_hash(command_id),
        created_at=now,
        locked_until=now,
        status=_DONE,
    )
    found = await idempotency.take(db, row, now)
    return None if found is None else dict(json.loads(found.answer or "{}"))


async def is_done(db: AsyncSession, who: Author, command_id: str) -> bool:
    """Whether this command has taken effect."""
    return bool(command_id) and await idempotency.get(db, who.actor, _hash(command_id)) is not None


async def keep(db: AsyncSession, who: Author, command_id: str, outcome: Mapping[str, Any]) -> None:
    """Store what comes of the command of this transaction: ids, numbers and codes, nobody's name."""
    if command_id:
        await idempotency.keep(db, who.actor, _hash(command_id), _DONE, json.dumps(outcome))


def _hash(command_id: str) -> str:
    return hashlib.sha256(f"command\n{command_id}".encode()).hexdigest()
