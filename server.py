"""Serves the API and the pages of the console, or LiveKit's webhooks alone: `uvicorn server:create_app --factory`."""

from fastapi import FastAPI

from api.app import make_app, make_webhooks_app
from config.settings import Settings, load_settings
from console.install import install as install_console


def create_app(settings: Settings | None = None) -> FastAPI:
    """Settings come from the environment where none are given: then the process is this application's alone."""
    return make_app(settings or load_settings(), [install_console], alone=settings is None)


def create_webhooks(settings: Settings | None = None) -> FastAPI:
    """As `create_app`, for a process that answers webhooks alone: they and the pages do not wait for each other."""
    return make_webhooks_app(settings or load_settings(), alone=settings is None)
