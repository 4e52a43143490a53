"""Serves the room page, which is built from `web/`."""

from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from api.http.security_headers import ROOM

DIST = Path(__file__).parents[2] / "web" / "dist"
_NOT_BUILT = (
    "<!doctype html><title>Homeroom</title><p>The room page is not built. Run <code>homeroom setup</code>."
)


def install(app: FastAPI) -> None:
    """Add the page at `/join/{session_id}` and its static files."""
    app.mount("/static/room", StaticFiles(directory=DIST, check_dir=False), name="room")

    @app.get("/join/{session_id}", include_in_schema=False)
    async def join(session_id: UUID) -> Response:
        index = DIST / "index.html"
        if not index.exists():
            return HTMLResponse(_NOT_BUILT, status_code=503)
        return FileResponse(index, headers=ROOM)
