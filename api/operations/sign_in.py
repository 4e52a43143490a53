"""Signing browsers in and out."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from api.access import hash_secret
from models.access import SignedIn

LASTS = timedelta(hours=12)


async def open_browser(
    db: AsyncSession, tenant: UUID, kind: str, subject_id: UUID | None, method: str, now: datetime
) -> str:
    """The value of the cookie; `kind` is member, instructor, guardian or operator."""
    token = secrets.token_urlsafe(32)
    db.add(
        SignedIn(
            id=uuid7(),
            organization_id=tenant,
            token_hash=hash_secret(token),
            subject_kind=kind,
            subject_id=subject_id,
            method=method,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LASTS,
        )
    )
    await db.flush()
    return token
