"""Lists of the console: reads filters, sort and cursor from the URL, and writes the URLs of sorting and paging."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

ROWS = 25
SIZES = [("", str(ROWS)), ("100", "100"), ("200", "200")]
"""How many rows a page has, to choose from where a list is long."""
Query = TypeVar("Query", bound=BaseModel)


def read_query(request: Request, query: type[Query], ignore: Sequence[str] = (), **defaults: Any) -> Query:
    """The query parameters of a list. Empty ones, as a filter without a choice sends them, count as absent.

    Raises RequestValidationError.
    """
    return read_parameters(request.query_params, query, ignore, **defaults)


def read_parameters(
    parameters: Mapping[str, str], query: type[Query], ignore: Sequence[str] = (), **defaults: Any
) -> Query:
    """Like `read_query`, of these parameters. Raises RequestValidationError."""
    accepted = {field.validation_alias or name for name, field in query.model_fields.items()} - set(ignore)
    given = {name: value for name, value in parameters.items() if value and name in accepted}
    try:
        return query.model_validate({"limit": ROWS, **defaults, **given})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


@dataclass(frozen=True)
class ListPage:
    """One page of a list. `kept` are the parameters that stay in the URL when the sort or the page changes."""

    path: str
    rows: list[Any]
    kept: Mapping[str, str]
    sort: str
    next_cursor: str | None
    first: bool
    limit: str = ""  # rows of a page, where the address says how many

    @property
    def url(self) -> str:
        return self._with({})

    @property
    def next_url(self) -> str:
        return self._with({"sort": self.sort, "cursor": self.next_cursor}) if self.next_cursor else ""

    @property
    def first_url(self) -> str:
        return "" if self.first else self._with({"sort": self.sort})

    @property
    def filtered(self) -> bool:
        return bool(self.kept)

    def _with(self, more: Mapping[str, str | None]) -> str:
        given = {"limit": self.limit, **more}
        query = urlencode({**self.kept, **{name: value for name, value in given.items() if value}})
        return f"{self.path}?{query}" if query else self.path


def paged(request: Request, rows: list[Any], sort: str, next_cursor: str | None) -> ListPage:
    """The page of a list that this request shows; `next_cursor` is None on the last one."""
    given = request.query_params
    kept = {n: v for n, v in given.items() if v and n not in ("sort", "cursor", "limit", "flash")}
    return ListPage(
        request.url.path, rows, kept, sort, next_cursor, not given.get("cursor"), given.get("limit", "")
    )
