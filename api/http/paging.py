"""Lists by pages: a cursor holds the place behind the last row, so that rows which come and go shift nothing."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

from domain.errors import CursorInvalid
from models.repositories.pages import Asked, Place
from services.inputs.fields import Schema

MOST = 200
USUAL = 50
Item = TypeVar("Item")


class Page(Schema, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = Field(
        description="Send it as `cursor` for the rows behind these; null: there are no more."
    )


class Listing(BaseModel):
    """What stands behind the question mark of every list of rows. Which orders there are, each list says itself."""

    model_config = ConfigDict(extra="forbid")
    filters: ClassVar[tuple[str, ...]] = ()  # columns that may be asked to have just this
    searched: ClassVar[tuple[str, ...]] = ()  # columns in which `q` is looked for
    kinds: ClassVar[Mapping[str, type]] = {}  # of columns that are sorted by and hold no moment

    cursor: str | None = Field(None, max_length=1000, description="`next_cursor` of the page before.")
    limit: int = Field(USUAL, ge=1, le=MOST)
    sort: str

    @property
    def equal(self) -> dict[str, object]:
        return {name: value for name in self.filters if (value := getattr(self, name)) is not None}

    def wanted(self) -> Asked:
        """Raises CursorInvalid."""
        kind = self.kinds.get(self.sort.lstrip("-"), datetime)
        return Asked(
            sort=self.sort,
            limit=self.limit,
            after=read_cursor(self.cursor, self.sort, kind),
            equal=self.equal,
            text=getattr(self, "q", ""),
            searched=self.searched,
            retired=getattr(self, "retired", False),
        )


class ListQuery(Listing):
    """Of most lists."""

    sort: Literal["created_at", "-created_at"] = Field(
        "-created_at", description="With `-`: the latest first."
    )
    q: str = Field("", max_length=200, description="Only those with this in their name.")


def write_cursor(sort: str, place: Place) -> str:
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    return base64.urlsafe_b64encode(orjson.dumps([sort, value, place.id])).decode().rstrip("=")


def read_cursor(cursor: str | None, sort: str, kind: type) -> Place | None:
    """`kind` is that of the column sorted by. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        of, value, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if of != sort:
            raise CursorInvalid(f"the cursor belongs to a list sorted by {str(of)[:40]}")
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
