"""The HTTP application: its middleware and its routes. What else it serves, pages say themselves."""

import gc
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import openapi
from api.http import problems
from api.http.body_limit import BodyLimit
from api.http.request_context import RequestContext
from api.http.security_headers import SecureHeaders
from api.http.state import make_state
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
            gc.collect()
            gc.freeze()  # what stands now stands for ever: no request waits while it is searched for garbage
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
    app.add_middleware(BodyLimit)
    app.add_middleware(SecureHeaders, over_tls=chosen.over_tls)
    app.add_middleware(RequestContext)
    problems.install(app)
    tenants = (
        bulk, resources, sessions, events, organizations, keys, records, files, queues, board, family, exports,
    )  # fmt: skip
    modules = (
        livekit,
        *tenants,
        content,
        joining,
    )  # LiveKit's first: routes are tried in order, and it asks most
    for module in modules:
        app.include_router(module.router)
    room_page.install(app)
    for install in pages:
        install(app)
    openapi.install(app, [module.router for module in modules])

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        await app.state.homeroom.database.ping()
        return {"status": "ok"}

    return app
