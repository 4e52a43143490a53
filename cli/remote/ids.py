"""Resolves what users type for a row: its id, the start of its id, or its external id."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import typer

from cli.api_client import Api, Json

EXTERNAL = "ext:"
ID_HELP = "Its id, the start of it, or `ext:` and its id in your own system."
_ID_START = re.compile(r"[0-9a-f][0-9a-f-]{3,35}")
_MAX_SEARCHED = 2000  # rows that are searched for the start of an id
_NEARBY = timedelta(days=30)  # sessions before and after now that are searched


def resolve_id(api: Api, path: str, typed: str) -> str:
    """The id of the row of a list that was typed. Raises typer.BadParameter unless exactly one row matches."""
    text = typed.strip()
    if text.startswith(EXTERNAL):
        return _only(typed, _by_external_id(api, path, text.removeprefix(EXTERNAL)))
    try:
        return str(UUID(text))
    except ValueError:
        pass
    if not _ID_START.fullmatch(text.lower()):
        raise typer.BadParameter(f"{typed!r} isn't an id. {ID_HELP}")
    return _only(typed, _by_id_start(api, path, text.lower()))


def _by_external_id(api: Api, path: str, external_id: str) -> list[Json]:
    queries: list[Json] = [{}] if path == "/v1/sessions" else _queries(path)
    return [row for query in queries for row in api.pages(path, external_id=external_id, **query)]


def _by_id_start(api: Api, path: str, text: str) -> list[Json]:
    rows = (row for query in _queries(path) for row in islice(api.pages(path, **query), _MAX_SEARCHED))
    return [row for row in rows if row["id"].startswith(text)]


def _queries(path: str) -> list[Json]:
    """Query parameters that together list all rows, or all sessions near in time."""
    if path == "/v1/sessions":
        now = datetime.now(UTC)
        return [{"from": (now - _NEARBY).isoformat(), "to": (now + _NEARBY).isoformat()}]
    if path == "/v1/exceptions":
        return [{"state": "open"}, {"state": "resolved"}]
    if path in ("/v1/notices", "/v1/keys"):
        return [{}]
    return [{"retired": "false"}, {"retired": "true"}]


def _only(typed: str, rows: list[Json]) -> str:
    if len(rows) == 1:
        return str(rows[0]["id"])
    if not rows:
        raise typer.BadParameter(f"{typed} wasn't found, or isn't among the latest. Give the full id.")
    raise typer.BadParameter(f"{typed} matches {len(rows)} ids. Give more of the id.")
