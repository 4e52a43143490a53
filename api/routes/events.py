"""The change feed, for programs, and the audit log, for people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.authentication import Needs, needs
from api.http.dependencies import Shared, TheCaller, Work
from api.http.idempotency import ApiRoute
from api.http.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from api.http.stream_access import caller_access
from api.live.streams import LiveStream
from api.schemas.events import AuditOut, Feed
from domain.people.access import Permission
from models.repositories import change_log
from models.repositories.change_log import LogFilter, LogPosition, read_position, write_position
from services.inputs import patterns
from services.inputs.fields import Moment

router = APIRouter(prefix="/v1", tags=["events"], route_class=ApiRoute)
_STREAM = "text/event-stream"
Kind = Annotated[str, Field(pattern=patterns.EVENT_KIND, examples=["session.*"])]


class FeedQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(
        None, max_length=40, description="`next_cursor` of your last read. Defaults to the beginning."
    )
    limit: int = Field(MAX_LIMIT, ge=1, le=1000)
    kind: list[Kind] = Field(default_factory=list, max_length=40, description="Only these kinds. Repeatable.")
    session_id: UUID | None = None


class AuditQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, max_length=40)
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
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
    request: Request,
    who: TheCaller,
    shared: Shared,
    query: Annotated[FeedQuery, Query()],
    accept: Annotated[str, Header(include_in_schema=False)] = "",
    last_event_id: Annotated[
        str | None, Header(alias="Last-Event-ID", description="Resumes a stream after this event.")
    ] = None,
) -> Response:
    """List changes in commit order, each exactly once.

    With `Accept: text/event-stream`, the response stays open and streams new changes. It ends within 15 seconds when
    the key is revoked or expires.
    """
    wanted = LogFilter(kinds=tuple(query.kind), session_id=query.session_id)
    if _STREAM in accept:
        position = read_position(last_event_id or query.cursor)
        messages = shared.feed.stream(who.organization_id, position, wanted)
        access = caller_access(request, Needs(Permission.EVENTS_READ))
        return LiveStream(messages, {"Cache-Control": "no-store"}, access)
    position = read_position(query.cursor) or LogPosition()
    async with shared.database.single_reading(who.organization_id) as db:
        rows = await change_log.after(db, position, query.limit, wanted)
    cursor = write_position(rows[-1]) if rows else f"{position.xid}-{position.seq}"
    return Response(Feed.of(rows, cursor).model_dump_json(), media_type="application/json")


@router.get("/audit", dependencies=[needs(Permission.AUDIT_READ)])
async def read_audit(db: Work, query: Annotated[AuditQuery, Query()]) -> Page[AuditOut]:
    """List who changed what, latest first."""
    wanted = LogFilter(
        kinds=tuple(query.kind),
        subject_id=query.subject_id,
        actor=query.actor,
        since=query.start,
        until=query.end,
    )
    rows = await change_log.before(db, read_position(query.cursor), query.limit + 1, wanted)
    shown = rows[: query.limit]
    cursor = write_position(shown[-1]) if len(rows) > query.limit else None
    return Page(items=[AuditOut.of(row) for row in shown], next_cursor=cursor)
