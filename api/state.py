"""What all requests share: made once at start-up from the settings."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from obstore.store import ObjectStore
from temporalio.client import Client

from api.board_feed import Boards
from api.feed import FeedHub
from api.ingest import EventRecorder
from api.live import LiveHub
from api.operations.commands import SessionCommands, workflow_url
from api.operations.exports import ExportDesk
from api.rate_limits import RateLimiter
from api.tenants import Tenants
from config.settings import Settings
from config.temporal import connect
from integrations.links import LinkSigner
from integrations.mail import SmtpMailer
from integrations.object_store import open_store
from integrations.openid import OpenIdConnect
from integrations.sealing import Sealer
from media_bridge.tokens import TokenMinter
from media_bridge.webhooks import WebhookVerifier
from models.changes import ChangeNotifier
from models.database import Database

OPENID_CALLBACK = "/sign-in/callback"


@dataclass(frozen=True)
class State:
    settings: Settings
    database: Database
    notifier: ChangeNotifier
    temporal: Client
    links: LinkSigner
    minter: TokenMinter
    webhooks: WebhookVerifier
    recorder: EventRecorder
    hub: LiveHub
    boards: Boards
    store: ObjectStore
    limiter: RateLimiter
    feed: FeedHub
    exports: ExportDesk
    mailer: SmtpMailer
    openid: OpenIdConnect

    @property
    def commands(self) -> SessionCommands:
        return SessionCommands(self.temporal, self.settings.region)

    def workflow_url(self, session_id: UUID) -> str:
        """The session's workflow in the Temporal UI."""
        return workflow_url(self.settings.temporal_ui_url, self.settings.temporal_namespace, session_id)

    def sealer(self, purpose: str) -> Sealer:
        return Sealer([secret.get_secret_value() for secret in self.settings.link_secrets], purpose)

    async def aclose(self) -> None:
        await self.feed.aclose()
        await self.recorder.aclose()
        await self.boards.aclose()
        await self.hub.aclose()
        await self.notifier.aclose()
        await self.database.aclose()


async def make_state(settings: Settings) -> State:
    url = settings.database_url.get_secret_value()
    database = Database(url, settings.database_pool_size)
    notifier, tenants = ChangeNotifier(url), Tenants(database)
    key, secret = settings.livekit_api_key, settings.livekit_api_secret.get_secret_value()
    further = {name: value.get_secret_value() for name, value in settings.livekit_webhook_secrets.items()}
    hub = LiveHub(url, tenants)
    return State(
        settings=settings,
        database=database,
        notifier=notifier,
        temporal=await connect(settings.temporal_address, settings.temporal_namespace, lazy=True),
        links=LinkSigner([s.get_secret_value() for s in settings.link_secrets], settings.public_url),
        minter=TokenMinter(key, secret),
        webhooks=WebhookVerifier({key: secret} | further),
        recorder=EventRecorder(database, notifier, tenants),
        hub=hub,
        boards=Boards(database, hub, lambda: datetime.now(UTC)),
        store=open_store(settings.object_store_url, settings.object_store_options),
        feed=FeedHub(database),
        limiter=RateLimiter(settings.rate_limit, settings.rate_limit_storage),
        exports=ExportDesk(database, most=max(1, settings.database_pool_size // 2)),
        mailer=SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from),
        openid=OpenIdConnect(
            f"{settings.public_url.rstrip('/')}{OPENID_CALLBACK}",
            local=not settings.over_tls,
        ),
    )
