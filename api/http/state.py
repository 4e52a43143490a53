"""The application state that requests share: parts made from settings, rate limiter, event recorder, live streams."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Self

from api.http.join_limits import JoinLimits
from api.http.rate_limits import RateLimiter
from api.live.board import Boards
from api.live.captions import CaptionStreams
from api.live.change_feed import FeedHub
from api.live.entry_guard import EntryGuard
from api.live.event_recorder import EventRecorder
from api.live.session_tenants import SessionTenants
from api.live.streams import LiveHub
from config.settings import Settings
from media_bridge.rooms import LiveKitRooms
from media_bridge.webhooks import WebhookVerifier
from models.database import Database
from wiring.api import ApiParts, make_api_parts, make_rooms, make_webhook_verifier

_FEED_READS = "120/hour"  # of one calendar feed; calendars read theirs every few minutes at most


@dataclass(frozen=True)
class State(ApiParts):
    """The state of a process that serves the API and the console."""

    limiter: RateLimiter
    join_limits: JoinLimits
    feed_limiter: RateLimiter
    recorder: EventRecorder
    entry_guard: EntryGuard
    hub: LiveHub
    boards: Boards
    feed: FeedHub
    captions: CaptionStreams

    @classmethod
    def from_parts(cls, parts: ApiParts) -> Self:
        tenants, keep_alive = SessionTenants(parts.database), parts.settings.stream_keep_alive
        hub = LiveHub(parts.database.url, tenants, keep_alive=keep_alive)
        return cls(
            **{field.name: getattr(parts, field.name) for field in fields(ApiParts)},
            limiter=RateLimiter(parts.settings.rate_limit, parts.settings.rate_limit_storage),
            join_limits=JoinLimits(parts.settings.rate_limit_storage),
            feed_limiter=RateLimiter(_FEED_READS, parts.settings.rate_limit_storage),
            recorder=EventRecorder(parts.database, tenants),
            entry_guard=EntryGuard(parts.database, parts.rooms),
            hub=hub,
            boards=Boards(parts.database, hub, lambda: datetime.now(UTC), keep_alive=keep_alive),
            feed=FeedHub(parts.database, keep_alive),
            captions=CaptionStreams(parts.joining, hub, lambda: datetime.now(UTC), keep_alive),
        )

    async def aclose(self) -> None:
        await self.feed.aclose()
        await self.entry_guard.aclose()
        await self.recorder.aclose()
        await self.boards.aclose()
        await self.hub.aclose()
        await super().aclose()


async def make_state(settings: Settings) -> State:
    return State.from_parts(await make_api_parts(settings))


@dataclass(frozen=True)
class WebhookState:
    """The state of a process that only answers LiveKit's webhooks."""

    database: Database
    webhooks: WebhookVerifier
    recorder: EventRecorder
    entry_guard: EntryGuard
    rooms: LiveKitRooms

    async def aclose(self) -> None:
        await self.entry_guard.aclose()
        await self.rooms.aclose()
        await self.recorder.aclose()
        await self.database.aclose()


def make_webhook_state(settings: Settings) -> WebhookState:
    database = Database(settings.database_url.get_secret_value(), settings.database_pool_size)
    recorder = EventRecorder(database, SessionTenants(database))
    rooms = make_rooms(settings)
    return WebhookState(
        database, make_webhook_verifier(settings), recorder, EntryGuard(database, rooms), rooms
    )
