"""Pages from templates, with the headers that all of them carry."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates

_templates = Jinja2Templates(Path(__file__).parent / "templates")
_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def page(request: Request, name: str, status: int = 200, /, **context: Any) -> Response:
    return _templates.TemplateResponse(request, name, context, status, headers=HEADERS)


def _clock(at: datetime | None, zone: str, style: str = "%H:%M:%S") -> str:
    return at.astimezone(ZoneInfo(zone)).strftime(style) if at else ""


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


_templates.env.filters["clock"] = _clock
_templates.env.filters["duration"] = _duration
_templates.env.filters["sentence"] = _sentence
