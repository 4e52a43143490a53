"""Renders pages from templates, with the security headers of the console, and redirects after commands."""

import json
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import iter_route_contexts
from fastapi.templating import Jinja2Templates
from uuid_utils.compat import uuid7

from api.http.security_headers import PAGE
from console.frame import labels, texts, times
from console.frame.navigation import items_for
from reports.moments import listed

# Each area of the console has a folder of templates; file names are unique across them.
_templates = Jinja2Templates(sorted(Path(__file__).parents[1].glob("*/templates")))
HEADERS = PAGE
# Messages that the page after a redirect shows once, by the code in its URL.
FLASHES = {
    "made": "Added.",
    "saved": "Saved.",
    "retired": "Retired. You can restore it at any time.",
    "restored": "Restored.",
    "booked": "Class booked. Everyone will be notified.",
    "added": "Added to the class. Their family will be notified.",
    "invited": "The invitation is in the outbox and is sent now.",
    "enrolled": "Enrolled.",
    "left": "Unenrolled.",
    "moved": "Order saved.",
    "removed": "Removed.",
    "assigned": "Assigned.",
    "acknowledged": "Acknowledged. Nobody else is told.",
    "started": "You are working on it.",
    "snoozed": "Snoozed. It comes back by itself.",
    "commented": "Comment added.",
    "resolved": "Resolved.",
    "reopened": "Reopened.",
    "released": "Released. They are signed out.",
    "proven": "Proven. People at this domain now sign in with your provider.",
    "revoked": "Revoked. The key no longer works.",
    "drafted": "Saved in the draft. Nothing changes until it is published.",
    "published": "Published. New exceptions are routed by these rules.",
    "substitutes_saved": "Saved. Searches that begin from now on follow these rules.",
    "closed": "Closed. Nobody is offered these days, and series skip them.",
    "closed_but_kept": "Closed. Some booked classes could not be cancelled: see the list.",
    "closure_changed": "Changed. Series skip the closed days, and classes on opened days are planned again.",
    "opened_again": "Opened again. Series plan these days again. Classes that were cancelled stay so: book them again.",
    "leave_approved": "Approved. Substitutes are asked for the next 7 days; a plan is proposed for later classes.",
    "leave_declined": "Declined. The classes stay as they are.",
    "rules_drafted": "Saved in the draft. See what it would change, then publish it.",
    "rules_published": "Published. Instructors are chosen by these rules from now on.",
    "covered": "Covered. Families and instructors are told who teaches now.",
    "discarded": "The draft is discarded.",
    "overridden": "Saved. See who is on duty below.",
    "series_made": "Series created. Its classes are being booked.",
    "series_changed": "Saved. The classes are being changed.",
    "series_ended": "The series ends. Its later classes are being cancelled.",
    "series_tried": "Trying again now.",
    "plan_published": "The plan is being published. Families and instructors are told.",
    "plan_discarded": "The plan is discarded. Nothing has changed.",
    "series_class_cancelled": "Class cancelled.",
    "known": "This key already exists. Its secret is shown only once; rotate the key to get a new one.",
}


def page(request: Request, name: str, status: int = 200, /, **context: Any) -> Response:
    """The page of a template, in the language of the request's pages, or in that of the `words` in its context."""
    who = getattr(request.state, "principal", None)
    frame = {
        "who": who,
        "flash": FLASHES.get(request.query_params.get("flash", "")),
        "viewer": getattr(request.state, "viewer", None),
        "navigation": items_for(who, _served(request)),
        "path": request.url.path,
        "answers_form": request.method == "POST" and not by_htmx(request),
    }
    words = context.get("words")
    with texts.in_language(words.language if words else texts.page_language()):
        return _templates.TemplateResponse(request, name, frame | context, status, headers=HEADERS)


def by_htmx(request: Request) -> bool:
    """Whether htmx requests a fragment; when somebody goes back, htmx requests the whole page."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"


def done(request: Request, location: str, message: str) -> Response:
    """The response to a command: the page stays and shows the message; a form without htmx goes to `location`."""
    if not by_htmx(request):
        return RedirectResponse(location, status_code=303)
    event = json.dumps({"homeroom:done": {"message": message}})
    return Response(status_code=204, headers=HEADERS | {"HX-Trigger": event})


def go_to(request: Request, location: str, flash: str = "") -> Response:
    """The response to a command that leads to another page; `flash` is a key of FLASHES."""
    if flash:
        path, mark, fragment = location.partition("#")
        location = f"{path}{'&' if '?' in path else '?'}flash={flash}{mark}{fragment}"
    if by_htmx(request):
        return Response(status_code=204, headers=HEADERS | {"HX-Redirect": location})
    return RedirectResponse(location, status_code=303)


def _served(request: Request) -> frozenset[str]:
    """The paths of this application's routes."""
    paths: frozenset[str] | None = getattr(request.app.state, "console_paths", None)
    if paths is None:
        paths = frozenset(getattr(route, "path", "") for route in iter_route_contexts(request.app.routes))
        request.app.state.console_paths = paths
    return paths


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


_templates.env.filters["clock"] = times.clock
_templates.env.filters["input_value"] = times.input_value
_templates.env.filters["zone_name"] = times.zone_name
_templates.env.filters["sides"] = times.sides
_templates.env.filters["offset"] = times.offset
_templates.env.filters["duration"] = times.short_duration
_templates.env.filters["listed"] = lambda names: listed(names, texts.page_language())
_templates.env.filters["sentence"] = _sentence
_templates.env.filters["words"] = labels.code_label
_templates.env.filters["case_label"] = labels.case_label
_templates.env.filters["notice_label"] = labels.notice_label
_templates.env.filters["role_label"] = labels.role_label
_templates.env.globals["fresh_id"] = uuid7
_templates.env.filters["part_label"] = labels.part_label
_templates.env.filters["case_owner"] = labels.case_owner
_templates.env.filters["change_note"] = labels.change_note
_templates.env.filters["revision_reason"] = labels.revision_reason
_templates.env.globals["_"] = texts.html_gettext
_templates.env.globals["ngettext"] = texts.html_ngettext
_templates.env.globals["page_language"] = texts.page_language
_templates.env.globals["page_direction"] = texts.page_direction
_templates.env.globals["script_texts"] = texts.script_texts
