"""ASGI application factories for uvicorn: the API with the console, or LiveKit's webhooks only.

Run with `uvicorn server:create_app --factory --http server:LimitedConnection --no-proxy-headers`: uvicorn itself has no
time limits for slow clients, and the application itself reads the headers of the proxies that its settings trust.
"""

from typing import Any

from fastapi import FastAPI

from api.app import make_app, make_webhooks_app
from api.http.slow_clients import ClientConnection, ClientLimits
from config.settings import Settings, load_settings
from console.install import install as install_console


def create_app(settings: Settings | None = None) -> FastAPI:
    """The API and the console. Without `settings` they are read from the environment, and the process is dedicated."""
    return make_app(settings or load_settings(), [install_console], dedicated=settings is None)


def create_webhooks(settings: Settings | None = None) -> FastAPI:
    """LiveKit's webhooks only, so that a burst of them cannot slow down the API or the pages."""
    return make_webhooks_app(settings or load_settings(), dedicated=settings is None)


class LimitedConnection(ClientConnection):
    """A client's connection with the time limits of the settings, which are read from the environment."""

    def __init__(self, *uvicorn: Any, **named: Any) -> None:
        super().__init__(*uvicorn, limits=client_limits(load_settings()), **named)


def client_limits(settings: Settings) -> ClientLimits:
    return ClientLimits(
        settings.client_header_seconds, settings.client_idle_seconds, settings.client_min_rate
    )
