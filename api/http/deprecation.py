"""How an operation that will go says so: RFC 9745 and RFC 8594, half a year ahead at the least."""

from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any

from fastapi import Depends, Request

NOTICE = timedelta(days=183)
POLICY = """\
Everything under `/v1` stays as it is: only operations, optional fields of requests, fields of answers, kinds of events
and problem codes are added. Readers pass over what they do not know.

An operation that will go is marked `deprecated` here and in CHANGELOG.md, and its answers say so at least six months
ahead: `Deprecation` (RFC 9745) since when, `Sunset` (RFC 8594) until when, `Link` with `rel="deprecation"` what to use
instead."""


class Deprecated:
    """A dependency that adds the headers, refusals included. The description reads it off the routes."""

    def __init__(self, since: date, sunset: date, link: str) -> None:
        if sunset - since < NOTICE:
            raise ValueError("whoever uses it has at least six months")
        self.sunset = sunset
        self.headers = {
            "Deprecation": f"@{int(_midnight(since).timestamp())}",
            "Sunset": format_datetime(_midnight(sunset), usegmt=True),
            "Link": f'<{link}>; rel="deprecation"; type="text/html"',
        }

    async def __call__(self, request: Request) -> None:
        request.state.deprecation_headers = self.headers


def deprecated_route(since: date, sunset: date, link: str) -> Any:
    """The first of the `dependencies=[…]` of a route."""
    return Depends(Deprecated(since, sunset, link))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
