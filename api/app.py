"""Builds the FastAPI applications: middleware, error handlers and routes."""

import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from api import openapi
from api.http import problems
from api.http.middleware import RequestMiddleware
from api.http.open_paths import OpenPathLimit
from api.http.state import make_state, make_webhook_state
from api.routes import (
    api_docs,
    board,
    booking_import,
    booking_imports,
    bulk,
    calendar_feeds,
    case_routing,
    class_acts,
    closures,
    content,
    enrollments,
    events,
    exceptions,
    exports,
    family,
    files,
    holds,
    imported_calendars,
    invitations,
    joining,
    keys,
    late_cancellations,
    leave_requests,
    livekit,
    open_classes,
    organizations,
    queues,
    records,
    resources,
    room_page,
    rotas,
    scheduling,
    series,
    sessions,
    sign_in_bindings,
    sign_in_domains,
    slots,
    substitutions,
    swaps,
    term_plans,
    touches,
)
from config.logging import configure_logging
from config.settings import Settings


class _App(FastAPI):
    """FastAPI, with webhooks answered beside it."""

    def __init__(self, *, over_tls: bool, **options: Any) -> None:
        super().__init__(**options)
        self._webhooks = livekit.LiveKitWebhooks(self.state, over_tls=over_tls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._webhooks if livekit.is_webhook(scope) else super().__call__
        await answer(scope, receive, send)


def make_app(settings: Settings, pages: Sequence[Callable[[FastAPI], None]], *, dedicated: bool) -> FastAPI:
    """The full application. `pages` are functions that add routes, such as the console's.

    `dedicated`: the process runs nothing else, so its garbage collector may be tuned.
    """
    configure_logging(settings.log_level, as_json=settings.log_json)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.homeroom = await make_state(settings)
        if dedicated:
            _freeze_startup_objects()
        try:
            yield
        finally:
            await app.state.homeroom.aclose()

    app = _App(
        over_tls=settings.over_tls,
        title="Homeroom",
        version="1",
        summary="Durable operations for live online classes",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    _add_middleware(app, settings)
    problems.install(app)
    tenant_modules = (
        bulk, booking_import, booking_imports, class_acts, enrollments, resources, case_routing, rotas, invitations,
        sessions, events, organizations, keys, sign_in_bindings, sign_in_domains, records, files,
        exceptions, queues, touches, board, family, exports, substitutions, scheduling, calendar_feeds,
        imported_calendars, closures, holds, slots, late_cancellations, leave_requests, series, term_plans,
        swaps, open_classes,
    )  # fmt: skip
    modules = (livekit, *tenant_modules, content, joining)
    for module in modules:
        app.include_router(module.router)
    app.include_router(calendar_feeds.feed_router)
    room_page.install(app)
    api_docs.install(app)
    for install in pages:
        install(app)
    openapi.install(app, [module.router for module in modules])

    _serve_health(app)
    return app


def make_webhooks_app(settings: Settings, *, dedicated: bool) -> FastAPI:
    """Answers LiveKit's webhooks and `/healthz` only. `dedicated` as for `make_app`."""
    configure_logging(settings.log_level, as_json=settings.log_json)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.homeroom = make_webhook_state(settings)
        if dedicated:
            _freeze_startup_objects()
        try:
            yield
        finally:
            await app.state.homeroom.aclose()

    app = _App(over_tls=settings.over_tls, title="Homeroom: webhooks", lifespan=lifespan, openapi_url=None)
    _add_middleware(app, settings)
    problems.install(app)
    _serve_health(app)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    app.add_middleware(
        RequestMiddleware,
        over_tls=settings.over_tls,
        trusted_proxies=settings.trusted_proxies,
        open_limit=OpenPathLimit(settings.open_rate_limit, settings.rate_limit_storage),
    )


def _freeze_startup_objects() -> None:
    """Exclude objects created at startup, which live as long as the process, from garbage collection pauses."""
    gc.collect()
    gc.freeze()


def _serve_health(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        await app.state.homeroom.database.ping()
        return {"status": "ok"}
