"""Serves the room page that api/web builds."""

from pathlib import Path
from uuid import UUID

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

DIST = Path(__file__).parent.parent / "web" / "dist"
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob: mediastream:; connect-src 'self' ws: wss: http://127.0.0.1:*; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_NOT_BUILT = (
    "<!doctype html><title>Homeroom</title><p>The room page is not built. Run <code>homeroom setup</code>."
)


def install(app: FastAPI) -> None:
    app.mount("/static/room", StaticFiles(directory=DIST, check_dir=False), name="room")

    @app.get("/join/{session_id}", include_in_schema=False)
    async def join(session_id: UUID) -> Response:
        index = DIST / "index.html"
        if not index.exists():
            return HTMLResponse(_NOT_BUILT, status_code=503)
        headers = {
            "Content-Security-Policy": _POLICY,
            "Cache-Control": "no-store",  # the address carries the link
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self)",
        }
        return FileResponse(index, headers=headers)
