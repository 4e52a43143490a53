"""Telemetry is folded from its summary by the minute, which agrees with the reports and does not grow with them."""

from datetime import timedelta
from typing import Any

import pytest

from domain.presence.engagement import summarise
from domain.presence.events import EventKind, EventSource, SessionEvent
from models.database import Database
from models.repositories import events
from tests.domain.session_events import T0, event
from tests.models.rows import HOUR, Tenant, another_session

pytestmark = pytest.mark.adapter

LEVELS = ("excellent", "good", "good", "poor")


def sample(second: float, level: str, identity: str = "ana") -> SessionEvent:
    source_id = f"client:{identity}:{second}"
    at = T0 + timedelta(seconds=second)
    return SessionEvent(EventSource.CLIENT, source_id, EventKind.QUALITY, at, identity, data={"level": level})


def room_of_ana() -> list[SessionEvent]:
    """She is there for ten minutes; the recorder loses some of her sound, and for half a minute gets none."""
    heard: dict[str, Any] = {"concealed_samples": 480, "total_samples": 48_000, "packets": 50}
    lost: dict[str, Any] = {"concealed_samples": 48_000, "total_samples": 48_000, "packets": 0}
    return [
        event(EventKind.PARTICIPANT_JOINED, 0, "ana", "PA_1"),
        *(event(EventKind.AUDIO_CONCEALED, 10 * n, "ana", "PA_1", **heard) for n in range(1, 30)),
        *(event(EventKind.AUDIO_CONCEALED, 10 * n, "ana", "PA_1", **lost) for n in range(30, 33)),
        event(EventKind.PARTICIPANT_LEFT, 600, "ana", "PA_1"),
    ]


async def folded(database: Database, tenant: Tenant, *batches: list[SessionEvent]) -> list[SessionEvent]:
    session_id = await another_session(database, tenant, starts_at=T0, ends_at=T0 + HOUR)
    for batch in batches:
        async with database.tenant(tenant.id) as db:
            await events.record(db, tenant.id, [(session_id, item) for item in batch])
    async with database.tenant(tenant.id) as db:
        return await events.to_fold(db, session_id)


async def test_engagement_is_the_same_as_of_all_reports(database: Database, tenant: Tenant) -> None:
    samples = [sample(5 * n, LEVELS[n % 4]) for n in range(120)]
    everything, until = room_of_ana() + samples, T0 + HOUR
    kept = await folded(database, tenant, everything[::2], everything[::-1], everything[:40])
    exact, summary = summarise(everything, until=until)["ana"], summarise(kept, until=until)["ana"]
    assert (summary.worst_quality, summary.concealed_ratio) == (exact.worst_quality, exact.concealed_ratio)
    assert summary.mean_quality == pytest.approx(exact.mean_quality, abs=0.05)


async def test_the_last_level_holds_until_the_next_report(database: Database, tenant: Tenant) -> None:
    """The recorder reports changes only."""
    levels = {30: "excellent", 40: "poor", 50: "excellent"}
    changes = [event(EventKind.QUALITY, at, "ana", "PA_1", level=level) for at, level in levels.items()]
    everything = [*room_of_ana(), *changes]
    kept = await folded(database, tenant, everything)
    exact = summarise(everything, until=T0 + HOUR)["ana"]
    summary = summarise(kept, until=T0 + HOUR)["ana"]
    assert summary.worst_quality == "poor"
    assert summary.mean_quality == pytest.approx(exact.mean_quality, abs=0.05)


async def test_what_is_folded_grows_with_minutes_not_with_reports(database: Database, tenant: Tenant) -> None:
    flood = [sample(n / 100, "poor") for n in range(30_000)]
    kept = await folded(database, tenant, flood[:15_000], flood[15_000:])
    assert len(kept) == 2 * 5


async def test_implausible_reports_are_left_out(database: Database, tenant: Tenant) -> None:
    assert await folded(database, tenant, [sample(-400 * 24 * 3600, "lost")]) == []
