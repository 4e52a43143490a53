"""The live board: sessions of about a day before and after now, with presence and open exceptions."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.http.authentication import needs
from api.http.dependencies import Now, Work
from api.http.idempotency import ApiRoute
from api.schemas.board import BoardRow
from domain.people.access import Permission
from domain.sessions.board import BoardFilter, Group
from services import board

router = APIRouter(prefix="/v1/board", tags=["board"], route_class=ApiRoute)


class BoardQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    show: Literal["running", "coming", "attention", "done"] | None = None
    exceptions: bool = Field(False, description="Only sessions with open exceptions.")
    q: str = Field("", max_length=200, description="Search titles, courses and names.")

    @property
    def filter(self) -> BoardFilter:
        group = Group(self.show) if self.show and self.show != "attention" else None
        return BoardFilter(group, self.show == "attention", self.exceptions, self.q)


@router.get("", dependencies=[needs(Permission.EXCEPTIONS_READ)])
async def list_board(db: Work, now: Now, query: Annotated[BoardQuery, Query()]) -> list[BoardRow]:
    """List sessions that start between 18 hours ago and 30 hours from now."""
    return [BoardRow.of(row) for row in await board.rows(db, now) if query.filter.matches(row)]
