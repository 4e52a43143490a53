"""The mail sink's web pages and JSON API."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from jinja2 import Environment
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from cli.local.mail_store import MailStore, StoredMail

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
 body{font:15px/1.45 system-ui,sans-serif;margin:0;background:#f6f7f9;color:#1b2430}
 main{max-width:62rem;margin:0 auto;padding:1rem}
 table{width:100%;border-collapse:collapse;background:#fff}
 td,th{text-align:left;padding:.55rem .7rem;border-bottom:1px solid #e4e8ee;vertical-align:top}
 a{color:#0b57b0} .quiet{color:#5b6675}
 iframe{width:100%;height:34rem;border:1px solid #d5dbe3;background:#fff}
 pre{white-space:pre-wrap;background:#fff;border:1px solid #d5dbe3;padding:1rem;overflow-wrap:anywhere}
</style></head><body><main>{% block main %}{% endblock %}</main></body></html>
"""
_LIST = """{% extends page %}{% block main %}<h1>Mailbox</h1>
<p class="quiet">All email from the stack on this machine lands here. None leaves it.</p>
{% if mails %}<table><thead><tr><th>Received</th><th>To</th><th>Subject</th></tr></thead><tbody>
{% for mail in mails %}<tr><td>{{ mail.received_at|moment }}</td><td>{{ mail.recipients|join(", ") }}</td>
<td><a href="/messages/{{ mail.id }}">{{ mail.subject or "(no subject)" }}</a></td></tr>
{% endfor %}</tbody></table>{% else %}<p>No email yet.</p>{% endif %}{% endblock %}
"""
_SINGLE = """{% extends page %}{% block main %}<p><a href="/">Mailbox</a></p><h1>{{ mail.subject }}</h1>
<p class="quiet">{{ mail.received_at|moment }}<br>From {{ mail.sender }}
<br>To {{ mail.recipients|join(", ") }}
{% if mail.attachments %}<br>Attached: {{ mail.attachments|join(", ") }}{% endif %}
<br><a href="/messages/{{ mail.id }}/raw">Source</a></p>
{% if mail.html %}<h2>HTML</h2>
<iframe sandbox title="The email as HTML" srcdoc="{{ mail.html }}"></iframe>{% endif %}
<h2>Text</h2><pre>{{ mail.text }}</pre>{% endblock %}
"""


_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost"})


class LocalRequestsOnly:
    """Refuses requests that another site leads a browser to: by its own host name (DNS rebinding) or from its pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_local(Headers(scope=scope)):
            await PlainTextResponse("This page is for this machine only.", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_local(headers: Headers) -> bool:
    host, origin = headers.get("host", ""), headers.get("origin")
    name, _, port = host.partition(":")
    return name in _LOCAL_HOSTS and (not port or port.isdecimal()) and origin in (None, f"http://{host}")


def mailbox_app(store: MailStore) -> FastAPI:
    """Serves pages at `/` and `/messages/{id}`, and JSON at `/api/messages` and `/api/messages/{id}`."""
    app = FastAPI(title="Homeroom mailbox", docs_url=None, redoc_url=None)
    app.add_middleware(LocalRequestsOnly)
    environment = Environment(autoescape=True)
    environment.filters["moment"] = _moment
    page, listing, single = map(environment.from_string, (_PAGE, _LIST, _SINGLE))

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/", response_class=HTMLResponse)
    def list_page() -> str:
        mails = [store.get(mail_id) for mail_id in store.ids()[:500]]
        return listing.render(page=page, title="Mailbox", mails=mails)

    @app.get("/messages/{mail_id}", response_class=HTMLResponse)
    def mail_page(mail_id: str) -> str:
        mail = _get_or_404(store, mail_id)
        return single.render(page=page, title=mail.subject, mail=mail)

    @app.get("/messages/{mail_id}/raw")
    def source(mail_id: str) -> Response:
        _get_or_404(store, mail_id)
        return Response(store.raw(mail_id), media_type="text/plain; charset=utf-8")

    @app.get("/api/messages")
    def messages(to: str | None = None) -> list[dict[str, Any]]:
        """All mails, latest first; `to` filters by envelope recipient."""
        return [asdict(store.get(mail_id)) for mail_id in store.ids(to)]

    @app.get("/api/messages/{mail_id}")
    def message(mail_id: str) -> dict[str, Any]:
        return asdict(_get_or_404(store, mail_id))

    @app.delete("/api/messages", status_code=204)
    def clear() -> None:
        store.clear()

    return app


def _get_or_404(store: MailStore, mail_id: str) -> StoredMail:
    try:
        return store.get(mail_id)
    except KeyError:
        raise HTTPException(404, "No such email") from None


def _moment(unix: float) -> str:
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
