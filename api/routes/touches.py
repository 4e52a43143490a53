"""How often people had to act on classes outside ordinary teaching."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.authentication import needs
from api.http.dependencies import Now, Work
from api.http.idempotency import ApiRoute
from domain.people.access import Permission
from models.repositories.touches import Week, by_week, first_monday
from services.inputs.fields import Schema

router = APIRouter(prefix="/v1", tags=["queues"], route_class=ApiRoute)


class TouchesQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    weeks: int = Field(8, ge=1, le=104, description="How many weeks back, this one included.")


class TouchesOut(Schema):
    week: date = Field(description="Its Monday, in UTC.")
    sessions: int = Field(description="How many sessions start in it.")
    touches: int
    per_100_sessions: float | None = Field(description="Null for a week without sessions.")
    by_kind: dict[str, int]

    @classmethod
    def of(cls, week: Week) -> Self:
        return cls(
            week=week.monday,
            sessions=week.sessions,
            touches=week.total,
            per_100_sessions=week.per_100_sessions,
            by_kind=dict(week.touches),
        )


@router.get("/metrics/touches", dependencies=[needs(Permission.EXCEPTIONS_READ)])
async def read_touches(db: Work, now: Now, query: Annotated[TouchesQuery, Query()]) -> list[TouchesOut]:
    """Count what staff had to do for classes outside ordinary teaching, by week, latest first.

    Counted from the change log: commands to a class, acts on exceptions, messages sent by hand, changes of its people,
    its attendance and its documentation. What one person changes of one class within ten seconds is one touch, as is
    what one request changes of many classes; booking is none.
    """
    return [TouchesOut.of(week) for week in await by_week(db, first_monday(now, query.weeks), now)]
