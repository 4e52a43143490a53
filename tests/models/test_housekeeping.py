"""Housekeeping deletes expired rows and no others."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from uuid_utils.compat import uuid7

from models.access import SignedIn, SignInAttempt, SignInLink
from models.database import Database
from models.idempotency import IdempotencyRow
from models.repositories import housekeeping
from models.session import BookingRequest, OverrideRequest
from models.time_hold import TimeHold
from tests.models.rows import make_tenant

pytestmark = pytest.mark.adapter

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("table", "column", "kept", "gone"),
    [
        (
            IdempotencyRow,
            "created_at",
            NOW - 2 * DAY + timedelta(hours=1),
            NOW - 2 * DAY - timedelta(hours=1),
        ),
        (SignInLink, "expires_at", NOW, NOW - DAY - timedelta(hours=1)),
        (SignedIn, "expires_at", NOW - 29 * DAY, NOW - 31 * DAY),
        (BookingRequest, "created_at", NOW - 29 * DAY, NOW - 31 * DAY),
        (TimeHold, "expires_at", NOW + timedelta(seconds=1), NOW),
        (OverrideRequest, "created_at", NOW - 29 * DAY, NOW - 31 * DAY),
    ],
)
async def test_row_is_kept_until_it_expires(
    database: Database, table: type[IdempotencyRow], column: str, kept: datetime, gone: datetime
) -> None:
    tenant = await make_tenant(database)
    for at, remaining in ((kept, 1), (gone, 0)):
        async with database.tenant(tenant.id) as db:
            await db.execute(sa.update(table).values({column: at}))
        async with database.unscoped() as db:
            await housekeeping.forget_expired(db, NOW)
        async with database.tenant(tenant.id) as db:
            assert (await db.execute(sa.select(sa.func.count()).select_from(table))).scalar_one() == remaining


async def test_attempts_are_kept_for_a_day(database: Database) -> None:
    async with database.unscoped() as db:
        for hours in (1, 23, 25, 100):
            at = NOW - timedelta(hours=hours)
            await db.execute(sa.insert(SignInAttempt).values(id=uuid7(), about="somebody", attempted_at=at))
        assert await housekeeping.forget_expired(db, NOW) == 2
