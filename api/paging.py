"""Lists by pages: a cursor holds the place behind the last row, so that rows which come and go shift nothing."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.common import Schema
from domain.errors import CursorInvalid
from models.repositories.pages import Place

MOST = 200
USUAL = 50
Item = TypeVar("Item")


class Page(Schema, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = Field(
        description="Send it as `cursor` for the rows behind these; null: there are no more."
    )


class ListQuery(BaseModel):
    """What stands behind the question mark of most lists."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, max_length=1000, description="`next_cursor` of the page before.")
    limit: int = Field(USUAL, ge=1, le=MOST)
    sort: Literal["created_at", "-created_at"] = Field(
        "-created_at", description="With `-`: the latest first."
    )
    q: str = Field("", max_length=200, description="Only those with this in their name.")

    @property
    def sorted_by(self) -> type:
        return datetime


def write_cursor(sort: str, place: Place) -> str:
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    text = json.dumps([sort, value, str(place.id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, sort: str, kind: type) -> Place | None:
    """`kind` is that of the column sorted by. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        of, value, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if of != sort:
            raise CursorInvalid(f"the cursor is of a list sorted by {str(of)[:40]}")
        place = Place(datetime.fromisoformat(value) if kind is datetime else value, UUID(key))
        if not isinstance(place.value, kind) or getattr(place.value, "tzinfo", UTC) is None:
            raise CursorInvalid
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise CursorInvalid from error
    return place


def next_cursor(rows: Sequence[Any], more: bool, sort: str) -> str | None:
    if not more:
        return None
    last = rows[-1]
    return write_cursor(sort, Place(getattr(last, sort.lstrip("-")), last.id))
