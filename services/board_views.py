"""Saved views of the board: its filters under a name, for one member of staff, one of them the default."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import InvalidInput, NotAllowed, NotFound
from domain.people.access import Principal
from models.board_view import BoardView
from models.repositories import board_views

MOST_VIEWS = 30  # of one member
FILTERS = ("q", "show", "exceptions", "trouble", "hours", "region", "course", "instructor")
"""The names of the board's filters in its address."""


async def views(db: AsyncSession, who: Principal) -> Sequence[BoardView]:
    """The caller's own views, by name; none for who is no member of the organization."""
    return await board_views.of_member(db, _member(who)) if has_views(who) else []


def has_views(who: Principal) -> bool:
    """Whether the caller is a member, who can save views."""
    return who.actor.startswith("member:") and who.person_id is not None


async def save(
    db: AsyncSession, who: Principal, name: str, query: str, now: datetime, *, is_default: bool = False
) -> BoardView:
    """Keep the filters in an address under a name; a view of that name is replaced.

    Raises NotAllowed for who is no member, InvalidInput for too many views.
    """
    member_id = _member(who)
    own = await board_views.of_member(db, member_id)
    view = next((one for one in own if one.name == name), None)
    if view is None and len(own) >= MOST_VIEWS:
        raise InvalidInput(
            f"you have {MOST_VIEWS} views already",
            next_step="Delete one that you don't use, then save again.",
        )
    if is_default:
        await board_views.clear_default(db, member_id)
    if view is None:
        view = BoardView(
            id=uuid7(),
            organization_id=who.organization_id,
            member_id=member_id,
            name=name,
            query="",
            created_at=now,
        )
        db.add(view)
    view.query = kept_filters(query)
    view.is_default = view.is_default or is_default
    await db.flush()
    return view


async def set_default(db: AsyncSession, who: Principal, view_id: UUID, *, is_default: bool) -> BoardView:
    """Open the caller's board with this view, or not any more. Raises NotFound."""
    view = await _own(db, who, view_id)
    await board_views.clear_default(db, view.member_id)
    view.is_default = is_default
    await db.flush()
    return view


async def delete(db: AsyncSession, who: Principal, view_id: UUID) -> None:
    """Raises NotFound."""
    await db.delete(await _own(db, who, view_id))
    await db.flush()


def kept_filters(query: str) -> str:
    """Those of an address's parameters that are filters of the board, in a fixed order."""
    given = dict(parse_qsl(query.lstrip("?")))
    return urlencode({name: given[name] for name in FILTERS if given.get(name)})


async def _own(db: AsyncSession, who: Principal, view_id: UUID) -> BoardView:
    if not has_views(who):
        raise NotFound("you have no such view")
    return await board_views.get(db, _member(who), view_id)


def _member(who: Principal) -> UUID:
    if not has_views(who) or who.person_id is None:
        raise NotAllowed(
            "views belong to members of the organization",
            next_step="Keep the address as a bookmark: it has the filters in it.",
        )
    return who.person_id
