"""The HTTP application: its middleware and its routes. What else it serves, pages say themselves."""

import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import openapi
from api.http import problems
from api.http.middleware import RequestMiddleware
from api.http.state import make_state, make_webhook_state
from api.routes import (
    board,
    bulk,
    content,
    events,
    exports,
    family,
    files,
    joining,
    keys,
    livekit,
    organizations,
    queues,
    records,
    resources,
    room_page,
    sessions,
)
from config.logging import configure_logging
from config.settings import Settings


def make_app(chosen: Settings, pages: Sequence[Callable[[FastAPI], None]], *, alone: bool) -> FastAPI:
    """`pages` add their routes to the application. `alone`: nothing else lives in this process."""
    configure_logging(chosen.log_level, as_json=chosen.log_json)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.homeroom = await make_state(chosen)
        if alone:
            _spare_from_garbage_collection()
        try:
            yield
        finally:
            await app.state.homeroom.aclose()

    app = FastAPI(
        title="Homeroom",
        version="1",
        summary="Durable operations for live online classes",
        lifespan=lifespan,
        docs_url="/v1/docs",
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    _add_middleware(app, chosen)
    problems.install(app)
    tenants = (
        bulk, resources, sessions, events, organizations, keys, records, files, queues, board, family, exports,
    )  # fmt: skip
    modules = (livekit, *tenants, content, joining)
    for module in modules:
        app.include_router(module.router)
    room_page.install(app)
    for install in pages:
        install(app)
    openapi.install(app, [module.router for module in modules])

    _serve_health(app)
    return app


def make_webhooks_app(chosen: Settings, *, alone: bool) -> FastAPI:
    """LiveKit's webhooks and nothing else. `alone`: nothing else lives in this process."""
    configure_logging(chosen.log_level, as_json=chosen.log_json)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.homeroom = make_webhook_state(chosen)
        if alone:
            _spare_from_garbage_collection()
        try:
            yield
        finally:
            await app.state.homeroom.aclose()

    app = FastAPI(title="Homeroom: webhooks", lifespan=lifespan, openapi_url=None)
    _add_middleware(app, chosen)
    problems.install(app)
    _serve_health(app)
    return app


def _add_middleware(app: FastAPI, chosen: Settings) -> None:
    """The last one added is the first that a request meets."""
    app.add_middleware(RequestMiddleware, over_tls=chosen.over_tls)
    app.add_middleware(livekit.LiveKitWebhooks, over_tls=chosen.over_tls)


def _spare_from_garbage_collection() -> None:
    """What stands now stands for ever: no request waits while it is searched for garbage."""
    gc.collect()
    gc.freeze()


def _serve_health(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        await app.state.homeroom.database.ping()
        return {"status": "ok"}
