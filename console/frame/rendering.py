"""Pages from templates, with the headers that all of them carry."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import iter_route_contexts
from fastapi.templating import Jinja2Templates
from uuid_utils.compat import uuid7

from api.http.security_headers import PAGE
from console.frame import times
from console.frame.navigation import items_for
from console.frame.titles import SAID
from reports.moments import listed

# Each area of the console has its own templates; their names are unique.
_templates = Jinja2Templates(sorted(Path(__file__).parents[1].glob("*/templates")))
HEADERS = PAGE


def page(request: Request, name: str, status: int = 200, /, **context: Any) -> Response:
    who = getattr(request.state, "principal", None)
    frame = {
        "who": who,
        "said": SAID.get(request.query_params.get("said", "")),
        "viewer": getattr(request.state, "viewer", None),
        "navigation": items_for(who, _served(request)),
        "path": request.url.path,
    }
    return _templates.TemplateResponse(request, name, frame | context, status, headers=HEADERS)


def by_htmx(request: Request) -> bool:
    """Whether a part of a page asks, and not the browser for a page, as it does when somebody goes back."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"


def done(request: Request, location: str, said: str) -> Response:
    """The answer to a command: the page it came from says so and stays; a plain form goes to `location`."""
    if not by_htmx(request):
        return RedirectResponse(location, status_code=303)
    told = json.dumps({"homeroom:done": {"said": said}})
    return Response(status_code=204, headers=HEADERS | {"HX-Trigger": told})


def went(request: Request, location: str, said: str = "") -> Response:
    """The answer to a command after which another page is shown; `said` is a word of SAID."""
    if said:
        path, mark, place = location.partition("#")
        location = f"{path}{'&' if '?' in path else '?'}said={said}{mark}{place}"
    if by_htmx(request):
        return Response(status_code=204, headers=HEADERS | {"HX-Redirect": location})
    return RedirectResponse(location, status_code=303)


def _served(request: Request) -> frozenset[str]:
    """The addresses of this application."""
    found: frozenset[str] | None = getattr(request.app.state, "console_paths", None)
    if found is None:
        found = frozenset(getattr(route, "path", "") for route in iter_route_contexts(request.app.routes))
        request.app.state.console_paths = found
    return found


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _words(code: str) -> str:
    """A code as people read it."""
    return code.replace("_", " ")


_templates.env.filters["clock"] = times.clock
_templates.env.filters["input_value"] = times.input_value
_templates.env.filters["duration"] = times.short_duration
_templates.env.filters["listed"] = partial(listed, language="en")
_templates.env.filters["sentence"] = _sentence
_templates.env.filters["words"] = _words
_templates.env.globals["fresh_id"] = uuid7
