"""Which one is meant: an id, the beginning of one, or the id it has in another system."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import typer

from cli.api_client import Api, Json

EXTERNAL = "ext:"
ID_HELP = "Its id, the start of it, or `ext:` and its id in your own system."
_BEGINNING = re.compile(r"[0-9a-f][0-9a-f-]{3,35}")
_MOST = 2000  # rows in which a beginning is looked for
_SOME_DAYS = timedelta(days=30)


def find(api: Api, path: str, told: str) -> str:
    """The id of one row of a list."""
    text = told.strip()
    if text.startswith(EXTERNAL):
        return _the_one(told, _external(api, path, text.removeprefix(EXTERNAL)))
    try:
        return str(UUID(text))
    except ValueError:
        pass
    if not _BEGINNING.fullmatch(text.lower()):
        raise typer.BadParameter(f"{told!r} isn't an id. {ID_HELP}")
    return _the_one(told, _beginning(api, path, text.lower()))


def _external(api: Api, path: str, external_id: str) -> list[Json]:
    looks: list[Json] = [{}] if path == "/v1/sessions" else _looks(path)
    return [row for look in looks for row in api.pages(path, external_id=external_id, **look)]


def _beginning(api: Api, path: str, text: str) -> list[Json]:
    rows = (row for look in _looks(path) for row in islice(api.pages(path, **look), _MOST))
    return [row for row in rows if row["id"].startswith(text)]


def _looks(path: str) -> list[Json]:
    """The queries that together list everything, or all that is near in time."""
    if path == "/v1/sessions":
        now = datetime.now(UTC)
        return [{"from": (now - _SOME_DAYS).isoformat(), "to": (now + _SOME_DAYS).isoformat()}]
    if path == "/v1/exceptions":
        return [{"state": "open"}, {"state": "resolved"}]
    if path in ("/v1/notices", "/v1/keys"):
        return [{}]
    return [{"retired": "false"}, {"retired": "true"}]


def _the_one(told: str, rows: list[Json]) -> str:
    if len(rows) == 1:
        return str(rows[0]["id"])
    if not rows:
        raise typer.BadParameter(f"{told} wasn't found, or isn't among the latest. Give the full id.")
    raise typer.BadParameter(f"{told} matches {len(rows)} ids. Give more of the id.")
