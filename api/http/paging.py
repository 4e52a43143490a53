"""Cursor pagination: a cursor holds the sort position of the last row, so that inserts and deletes shift no page."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from domain.errors import CursorInvalid
from models.repositories.pages import PageRequest, Position
from services.inputs.fields import Schema

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
Item = TypeVar("Item")


class Page(Schema, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = Field(
        description="Send it as `cursor` to get the next page; null on the last page."
    )


class Listing(BaseModel):
    """Query parameters of every list. Subclasses define the sort orders, filters and searched columns."""

    model_config = ConfigDict(extra="forbid")
    filters: ClassVar[tuple[str, ...]] = ()  # columns that can be filtered by value
    searched: ClassVar[tuple[str, ...]] = ()  # columns that `q` searches
    kinds: ClassVar[Mapping[str, type]] = {}  # types of sort columns other than datetime

    cursor: str | None = Field(None, max_length=1000, description="`next_cursor` of the previous page.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    sort: str

    @property
    def equal(self) -> dict[str, object]:
        """The filters that were sent: column to value."""
        return {name: value for name in self.filters if (value := getattr(self, name)) is not None}

    def wanted(self) -> PageRequest:
        """The query for the repository. Raises CursorInvalid."""
        kind = self.kinds.get(self.sort.lstrip("-"), datetime)
        return PageRequest(
            sort=self.sort,
            limit=self.limit,
            after=read_cursor(self.cursor, self.sort, kind),
            equal=self.equal,
            text=getattr(self, "q", ""),
            searched=self.searched,
            retired=getattr(self, "retired", False),
        )


class ListQuery(Listing):
    """Query parameters of lists sorted by creation time, with a text search."""

    sort: Literal["created_at", "-created_at"] = Field(
        "-created_at", description="Start with `-` for latest first."
    )
    q: str = Field("", max_length=200, description="Search text.")


def write_cursor(sort: str, position: Position) -> str:
    value = position.value.isoformat() if isinstance(position.value, datetime) else position.value
    return base64.urlsafe_b64encode(orjson.dumps([sort, value, position.id])).decode().rstrip("=")


def read_cursor(cursor: str | None, sort: str, kind: type) -> Position | None:
    """The position in a cursor; `kind` is the type of the sort column. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        cursor_sort, value, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if cursor_sort != sort:
            raise CursorInvalid(f"the cursor belongs to a list sorted by {str(cursor_sort)[:40]}")
        position = Position(kind.fromisoformat(value) if issubclass(kind, date) else value, UUID(key))
        if not isinstance(position.value, kind) or getattr(position.value, "tzinfo", UTC) is None:
            raise CursorInvalid
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise CursorInvalid from error
    return position


def next_cursor(rows: Sequence[Any], more: bool, sort: str) -> str | None:
    """The cursor after the last of `rows`; None if there are no more rows."""
    if not more:
        return None
    last = rows[-1]
    return write_cursor(sort, Position(getattr(last, sort.lstrip("-")), last.id))
