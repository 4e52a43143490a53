"""Selects and builds the services of a local stack."""

import os
from collections.abc import Callable, Collection, Mapping
from typing import Final

from cli.local import go_tools
from cli.local.credentials import Credentials
from cli.local.database import Passwords, ensure_database
from cli.local.environment import DATABASE, LIVEKIT_KEY, child_environ, outside_services
from cli.local.home import Home
from cli.local.homeroom import WORKERS, api_service, migrate_service, webhooks_service, worker_service
from cli.local.livekit import LiveKitServer, livekit_service
from cli.local.mail import MailSink, mail_service
from cli.local.postgres import Cluster, postgres_service
from cli.local.service import Service
from cli.local.temporal import TemporalServer, temporal_service

NAMES: Final = (
    *("postgres", "temporal", "livekit", "mail", "migrate", "api", "webhooks"),
    *WORKERS,
)
WEBHOOK_PATH: Final = "/v1/livekit/webhooks"
_CORES_FOR_WEBHOOKS: Final = 4  # with fewer, another process only takes time from the others


def select(only: Collection[str], cores: int = os.cpu_count() or 1) -> tuple[str, ...]:
    """The names of the services to run, in start order. Raises ValueError for an unknown name in `only`.

    Without `only` these are all services, but a separate webhooks process only if there are enough cores: the API
    receives webhooks as well. With `only`, migrations are added if they are needed.
    """
    unknown = set(only) - set(NAMES)
    if unknown:
        raise ValueError(f"no service {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    selected = set(only or NAMES)
    if not only and cores < _CORES_FOR_WEBHOOKS:
        selected.discard("webhooks")
    if selected & {"postgres", "temporal"}:
        selected.add("migrate")
    return tuple(name for name in NAMES if name in selected)


def build_services(
    home: Home,
    names: Collection[str],
    ports: Mapping[str, int],
    credentials: Credentials,
    settings: Mapping[str, str],
    given: Mapping[str, str],
) -> list[Service]:
    """The services of `names`, in start order, without those that outside servers replace."""
    outside = outside_services(given)
    environ = child_environ(home, settings)
    cluster = Cluster(home.pg, ports["postgres"])
    receiver = "webhooks" if "webhooks" in names else "api"
    webhook = f"http://127.0.0.1:{ports[receiver]}{WEBHOOK_PATH}"

    def postgres() -> Service:
        return postgres_service(
            cluster,
            settings["HOMEROOM_DATABASE_URL"].split("@")[-1],
            once_healthy=lambda: ensure_database(
                cluster.superuser_url(),
                DATABASE,
                Passwords(credentials.database_owner, credentials.database_application),
            ),
        )

    def livekit() -> Service:
        return livekit_service(
            LiveKitServer(
                folder=home.media,
                port=ports["livekit"],
                udp_port=ports["livekit_udp"],
                api_key=settings.get("HOMEROOM_LIVEKIT_API_KEY", LIVEKIT_KEY),
                api_secret=settings["HOMEROOM_LIVEKIT_API_SECRET"],
                webhook_urls=[webhook],
                find_binary=lambda: go_tools.livekit_server(print),
            )
        )

    def migrate() -> Service:
        return migrate_service(
            environ,
            database="HOMEROOM_OWNER_DATABASE_URL" in settings and _available("postgres", names, outside),
            temporal=_available("temporal", names, outside),
        )

    makers = {
        "postgres": postgres,
        "temporal": lambda: temporal_service(
            TemporalServer(
                home.temporal,
                ports["temporal"],
                ports["temporal_ui"],
                settings.get("HOMEROOM_TEMPORAL_NAMESPACE", "homeroom"),
            )
        ),
        "livekit": livekit,
        "mail": lambda: mail_service(MailSink(home.mail, ports["smtp"], ports["mailbox"])),
        "migrate": migrate,
        "api": lambda: api_service(environ, ports["api"]),
        "webhooks": lambda: webhooks_service(environ, ports["webhooks"]),
        **{name: _worker(environ, name, home) for name in WORKERS},
    }
    return [makers[name]() for name in NAMES if name in names and name not in outside]


def _worker(environ: Mapping[str, str], name: str, home: Home) -> Callable[[], Service]:
    return lambda: worker_service(environ, name, home.ready_file(name))


def _available(name: str, names: Collection[str], outside: Mapping[str, str]) -> bool:
    return name in names or name in outside
