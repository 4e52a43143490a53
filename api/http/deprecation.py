"""Marks an operation as deprecated: response headers (RFC 9745, RFC 8594) and six months' notice."""

from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any

from fastapi import Depends, Request

NOTICE = timedelta(days=183)
POLICY = """\
Everything under `/v1` is stable. We only add: operations, optional request fields, response fields, event kinds and
problem codes. Ignore what you do not know.

An operation that will be removed is marked `deprecated` here and in CHANGELOG.md at least six months ahead. Its
responses then carry three headers: `Deprecation` (RFC 9745) with the date of the notice, `Sunset` (RFC 8594) with the
date of the removal, and `Link` with `rel="deprecation"`, which points to the replacement."""


class Deprecated:
    """A dependency that adds the headers to every response, errors included; the OpenAPI description reads it."""

    def __init__(self, since: date, sunset: date, link: str) -> None:
        if sunset - since < NOTICE:
            raise ValueError("a deprecation needs at least six months' notice")
        self.sunset = sunset
        self.headers = {
            "Deprecation": f"@{int(_midnight(since).timestamp())}",
            "Sunset": format_datetime(_midnight(sunset), usegmt=True),
            "Link": f'<{link}>; rel="deprecation"; type="text/html"',
        }

    async def __call__(self, request: Request) -> None:
        request.state.deprecation_headers = self.headers


def deprecated_route(since: date, sunset: date, link: str) -> Any:
    """The deprecation as a dependency; list it first, so that refusals carry the headers. `link`: the replacement."""
    return Depends(Deprecated(since, sunset, link))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
