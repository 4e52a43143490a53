"""The live board: sessions of the last hours and the hours ahead, with presence and open exceptions."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.authentication import needs
from api.http.dependencies import Now, Work
from api.http.idempotency import ApiRoute
from api.schemas.board import BoardRow
from domain.cases.kinds import ExceptionKind
from domain.people.access import Permission
from domain.sessions.board import BoardFilter, Group
from domain.sessions.headline import Reason
from models.repositories.board import BoardSelection
from services import board

router = APIRouter(prefix="/v1/board", tags=["board"], route_class=ApiRoute)


class BoardQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    show: Literal["running", "coming", "attention", "done"] | None = None
    exceptions: bool = Field(False, description="Only sessions with open exceptions.")
    trouble: Reason | ExceptionKind | None = Field(
        None,
        description="Only sessions with this reason for attention, or with an open exception of this kind.",
    )
    hours: int = Field(48, ge=1, le=48, description="Only sessions that start within so many hours from now.")
    region: str | None = Field(None, max_length=100)
    course_id: UUID | None = None
    instructor_id: UUID | None = Field(None, description="Who is booked to teach.")
    q: str = Field("", max_length=200, description="Search titles, courses and names.")

    @property
    def filter(self) -> BoardFilter:
        group = Group(self.show) if self.show and self.show != "attention" else None
        return BoardFilter(group, self.show == "attention", self.exceptions, self.trouble or "", self.q)

    @property
    def selection(self) -> BoardSelection:
        return BoardSelection(
            timedelta(hours=self.hours),
            self.region,
            self.course_id,
            self.instructor_id,
            self.exceptions,
            self.trouble or "",
        )


@router.get("", dependencies=[needs(Permission.EXCEPTIONS_READ)])
async def list_board(db: Work, now: Now, query: Annotated[BoardQuery, Query()]) -> list[BoardRow]:
    """List sessions that start between 18 hours ago and 48 hours from now, each with what matters about it now."""
    rows = await board.rows(db, now, selection=query.selection)
    return [BoardRow.of(row) for row in rows if query.filter.matches(row)]
