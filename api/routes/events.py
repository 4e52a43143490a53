"""What changed: the feed for programs, the audit log for people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.authentication import needs
from api.http.dependencies import Shared, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.http.paging import MOST, USUAL, Page
from api.live.streams import LiveStream
from api.schemas.events import AuditOut, Feed
from domain.people.access import Permission
from models.repositories import change_log
from models.repositories.change_log import LogPlace, Wanted, read_place, write_place
from services.inputs.fields import Moment

router = APIRouter(prefix="/v1", tags=["events"], route_class=ApiRoute)
_STREAM = "text/event-stream"
Kind = Annotated[str, Field(pattern=r"^[a-z_]{1,40}\.([a-z_]{1,40}|\*)$", examples=["session.*"])]


class FeedQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(
        None, max_length=40, description="`next_cursor` of the read before; left out: from the beginning."
    )
    limit: int = Field(MOST, ge=1, le=1000)
    kind: list[Kind] = Field(default_factory=list, max_length=40, description="Of these kinds alone.")
    session_id: UUID | None = None


class AuditQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, max_length=40)
    limit: int = Field(USUAL, ge=1, le=MOST)
    kind: list[Kind] = Field(default_factory=list, max_length=40)
    subject_id: UUID | None = None
    actor: str = Field("", max_length=100)
    start: Moment | None = Field(None, validation_alias="from")
    end: Moment | None = Field(None, validation_alias="to")


@router.get(
    "/events",
    response_model=Feed,
    responses={200: {"content": {_STREAM: {"schema": {"type": "string"}}}}},
    dependencies=[needs(Permission.EVENTS_READ)],
)
async def read_events(
    who: TheCaller,
    shared: Shared,
    asked: Annotated[FeedQuery, Query()],
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    last_event_id: Annotated[
        str | None, Header(alias="Last-Event-ID", description="Of the live form: go on behind it.")
    ] = None,
) -> Response:
    """What changed, in order; nothing is left out and nothing comes twice.

    With `Accept: text/event-stream` it stays open and tells what changes as it happens.
    """
    wanted = Wanted(kinds=tuple(asked.kind), session_id=asked.session_id)
    if _STREAM in accept:
        place = read_place(last_event_id or asked.cursor)
        return LiveStream(
            shared.feed.stream(who.organization_id, place, wanted), {"Cache-Control": "no-store"}
        )
    place = read_place(asked.cursor) or LogPlace()
    async with shared.database.single_reading(who.organization_id) as db:
        rows = await change_log.after(db, place, asked.limit, wanted)
    behind = write_place(rows[-1]) if rows else f"{place.xid}-{place.seq}"
    return Response(Feed.of(rows, behind).model_dump_json(), media_type="application/json")


@router.get("/audit", dependencies=[needs(Permission.AUDIT_READ)])
async def read_audit(db: Work, asked: Annotated[AuditQuery, Query()]) -> Page[AuditOut]:
    """Who changed what, the latest first."""
    wanted = Wanted(
        kinds=tuple(asked.kind),
        subject_id=asked.subject_id,
        actor=asked.actor,
        since=asked.start,
        until=asked.end,
    )
    rows = await change_log.before(db, read_place(asked.cursor), asked.limit + 1, wanted)
    shown = rows[: asked.limit]
    more = write_place(shown[-1]) if len(rows) > asked.limit else None
    return Page(items=[AuditOut.of(row) for row in shown], next_cursor=more)
