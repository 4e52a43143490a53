"""Calendar feeds: the feed itself at its secret address, and making, replacing and ending addresses."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.authentication import Needs, needs
from api.http.dependencies import Now, Shared, TheCaller, Work
from api.http.etags import conditional
from api.http.idempotency import ApiRoute
from api.schemas.calendar_feeds import CalendarFeedMade, CalendarFeedOut
from domain.people.access import Permission
from services import calendar_feeds
from signing.hashing import hash_secret

router = APIRouter(prefix="/v1/calendar-feeds", tags=["people"], route_class=ApiRoute)
feed_router = APIRouter(include_in_schema=False)
_HEADERS = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}


@feed_router.get("/calendar/{token}.ics")
async def read_feed(request: Request, token: str, shared: Shared, now: Now) -> Response:
    """The feed, or 304 to a calendar that has it as it is. The address is all that a calendar needs."""
    (await shared.feed_limiter.hit(f"calendar:{hash_secret(token)}")).raise_if_exceeded()
    content = await shared.calendar_feeds.read(token, now)
    answer = conditional(request, Response(content, media_type="text/calendar"))
    answer.headers.update(_HEADERS)
    return answer


@router.post("/{person_id}", status_code=201, dependencies=[needs(Permission.PEOPLE_WRITE)])
async def make_feed(person_id: UUID, db: Work, who: TheCaller, shared: Shared, now: Now) -> CalendarFeedMade:
    """Make the secret address at which the calendar of an instructor, guardian or student reads their classes.

    The address is only in this response. An earlier one of the person ends. `links:read` is needed too, because the
    calendar has the person's join links.
    """
    made = await calendar_feeds.make(db, shared.links, person_id, now)
    Needs(Permission.LINKS_READ).check(who)  # a refusal undoes the change
    return CalendarFeedMade.of_made(made)


@router.get("/{person_id}", dependencies=[needs(Permission.PEOPLE_READ)])
async def get_feed(person_id: UUID, db: Work) -> CalendarFeedOut:
    """Read whether a person has a calendar address, and since when."""
    return CalendarFeedOut.of(await calendar_feeds.get(db, person_id))


@router.delete("/{person_id}", status_code=204, dependencies=[needs(Permission.PEOPLE_WRITE)])
async def end_feed(person_id: UUID, db: Work) -> None:
    """End a person's calendar address. Calendars that have subscribed to it get nothing any more."""
    await calendar_feeds.end(db, person_id)
