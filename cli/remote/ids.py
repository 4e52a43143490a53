"""Resolves what users type for a row: its name, its id, the start of either, or its external id."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from cli.json_types import Json
from cli.remote.moments import write_moment

if TYPE_CHECKING:
    from cli.api_client import Api

EXTERNAL = "ext:"
ID_HELP = "Its name, its id, the start of either, or `ext:` and its id in your own system."
SESSION_HELP = "Its title, its id, the start of either, or `ext:` and its id in your own system."
_ID_START = re.compile(r"[0-9a-f][0-9a-f-]{3,35}")
_MAX_SEARCHED = 2000  # rows that are searched for the start of an id or a name
_MAX_LISTED = 8  # candidates in a message
_NEARBY = timedelta(days=30)  # sessions before and after now that are searched
_NAMELESS = frozenset(
    {
        "/v1/enrollments",
        "/v1/exceptions",
        "/v1/holds",
        "/v1/leave-requests",
        "/v1/notices",
        "/v1/plans",
        "/v1/swaps",
    }
)
_NEVER_RETIRED = frozenset(
    {"/v1/holds", "/v1/keys", "/v1/leave-requests", "/v1/notices", "/v1/plans", "/v1/series", "/v1/swaps"}
)
_NAMES = ("name", "title", "issuer", "email")
_TELL_APART = ("email", "subject", "level", "starts_at", "external_id")  # shown with candidates of one name


def resolve_id(api: "Api", path: str, typed: str, **query: str) -> str:
    """The id of the row of a list that was typed. Raises typer.BadParameter unless exactly one row matches.

    `query` narrows the list down, as with the course of a topic.
    """
    text = typed.strip()
    if text.startswith(EXTERNAL):
        external_id = text.removeprefix(EXTERNAL).strip()
        if not external_id:  # the filter would be left out, and the only row of a list be taken
            raise typer.BadParameter(f"{EXTERNAL} needs an id after it.")
        return _only(typed, _by_external_id(api, path, external_id, query))
    try:
        return str(UUID(text))
    except ValueError:
        pass
    rows = _by_id_start(api, path, text.lower(), query) if _ID_START.fullmatch(text.lower()) else []
    if not rows and text and path not in _NAMELESS:
        rows = _by_name(api, path, text, query)
    return _only(typed, rows)


def _by_external_id(api: "Api", path: str, external_id: str, query: Json) -> list[Json]:
    parts: list[Json] = [{}] if path == "/v1/sessions" else _queries(path)
    return [row for part in parts for row in api.pages(path, external_id=external_id, **part, **query)]


def _by_id_start(api: "Api", path: str, text: str, query: Json) -> list[Json]:
    rows = (row for part in _queries(path) for row in islice(api.pages(path, **part, **query), _MAX_SEARCHED))
    return [row for row in rows if row["id"].startswith(text)]


def _by_name(api: "Api", path: str, text: str, query: Json) -> list[Json]:
    """The rows of that name, else those of which it begins a word; retired ones only if no other matches."""
    for part in _queries(path):
        rows = list(islice(api.pages(path, q=" ".join(text.split()), **part, **query), _MAX_SEARCHED))
        exact = [row for row in rows if _folded(text) in map(_folded, _names(row))]
        begun = [
            row for row in rows if any(f" {_folded(text)}" in f" {_folded(name)}" for name in _names(row))
        ]
        if exact or begun:
            return exact or begun
    return []


def _names(row: Json) -> Iterator[str]:
    return (row[field] for field in _NAMES if row.get(field))


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _queries(path: str) -> list[Json]:
    """Query parameters that together list all rows, or all sessions near in time."""
    if path == "/v1/sessions":
        now = datetime.now(UTC)
        return [{"from": (now - _NEARBY).isoformat(), "to": (now + _NEARBY).isoformat()}]
    if path == "/v1/exceptions":
        return [{"state": "unresolved"}, {"state": "resolved"}, {"state": "self_resolved"}]
    if path in _NEVER_RETIRED:
        return [{}]
    return [{"retired": "false"}, {"retired": "true"}]


def _only(typed: str, rows: list[Json]) -> str:
    if len(rows) == 1:
        return str(rows[0]["id"])
    if not rows:
        raise typer.BadParameter(f"{typed!r} wasn't found, or isn't among the latest. Give its full id.")
    raise typer.BadParameter(f"{typed!r} matches {len(rows)}. Give one of these ids:\n{_listed(rows)}")


def _listed(rows: Iterable[Json]) -> str:
    ordered = sorted(rows, key=lambda row: str(row.get("starts_at") or ""))
    lines = [f"{row['id']}  {_described(row)}".rstrip() for row in ordered[:_MAX_LISTED]]
    return "\n".join([*lines, "…"] if len(ordered) > _MAX_LISTED else lines)


def _described(row: Json) -> str:
    name = next(_names(row), "")
    details = [_detail(row, field) for field in _TELL_APART if row.get(field) and row[field] != name]
    return ", ".join(part for part in (name, *details) if part)


def _detail(row: Json, field: str) -> str:
    if field == "starts_at":
        return write_moment(row[field], ZoneInfo(row["time_zone"]))
    return str(row[field])
