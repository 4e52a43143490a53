"""Forms of the console that create something: sent twice, they create it once; sent with other values, they say so.

The form's key is made by the server but sent by a browser, so no id is taken from it: ids are derived from the key
together with its sender and the values.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import FormReused
from domain.people.access import Principal
from models.idempotency import IdempotencyRow
from models.repositories import idempotency


async def claim(
    db: AsyncSession,
    who: Principal,
    key: UUID,
    action: str,
    values: BaseModel | Mapping[str, Any],
    now: datetime,
) -> UUID:
    """The id of what this form creates, the same for each time it is sent with these values.

    `action` is what the form does and to what. The claim is part of the transaction: a refused form can be corrected
    and sent again. Raises FormReused if the key was used with other values.
    """
    written = json.dumps([action, to_jsonable_python(values)], sort_keys=True)
    fingerprint = hashlib.sha256(written.encode()).hexdigest()
    row = IdempotencyRow(
        organization_id=who.organization_id,
        actor=who.actor,
        key_hash=hashlib.sha256(f"form\n{key}".encode()).hexdigest(),
        fingerprint=fingerprint,
        created_at=now,
        locked_until=now,
    )
    earlier = await idempotency.take(db, row, now)
    if earlier is not None and earlier.fingerprint != fingerprint:
        raise FormReused
    return uuid5(who.organization_id, f"form\n{who.actor}\n{key}\n{fingerprint}")
