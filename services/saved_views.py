"""Saved views of lists: the filters of an address under a name, of one member of staff or shared with everybody.

The address stays what a list shows: a view is an address that was kept. A list without filters in its address opens
with the default view: the caller's own, else the shared one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from domain.people.access import AccessRole, Principal
from models.repositories import saved_views
from models.saved_view import SavedView, ViewedList

MOST_VIEWS = 30  # of one member, of one list
FILTERS: Mapping[ViewedList, tuple[str, ...]] = {
    ViewedList.BOARD: ("q", "show", "exceptions", "trouble", "hours", "region", "course", "instructor"),
    ViewedList.CLASSES: (
        "q", "when", "since", "until", "state", "documentation", "course", "instructor", "student", "open_case",
        "without_instructor", "open_to_volunteers", "sort", "limit",
    ),
}  # fmt: skip
"""The names of the filters in the address of each list."""
_AS_WITHOUT = frozenset({("when", "coming"), ("sort", "starts_at"), ("limit", "50")})
"""Parameters of the list of classes that change nothing: what it shows without them."""


async def views(db: AsyncSession, who: Principal, listing: ViewedList) -> Sequence[SavedView]:
    """The caller's own views and those that are shared, by name."""
    return await saved_views.of_list(db, listing, who.person_id if has_views(who) else None)


def default_of(found: Sequence[SavedView]) -> SavedView | None:
    """The view with which the list opens, of those that the caller sees."""
    defaults = [view for view in found if view.is_default]
    return next((view for view in defaults if not view.is_shared), next(iter(defaults), None))


def has_views(who: Principal) -> bool:
    """Whether the caller is a member, who can save views."""
    return who.actor.startswith("member:") and who.person_id is not None


def may_change(who: Principal, view: SavedView) -> bool:
    """Members change their own views, and admins also those that are shared."""
    is_own = has_views(who) and view.member_id == who.person_id
    return is_own or (view.is_shared and has_views(who) and who.role == AccessRole.ADMIN)


async def save(
    db: AsyncSession,
    who: Principal,
    listing: ViewedList,
    name: str,
    query: str,
    now: datetime,
    *,
    is_default: bool = False,
    is_shared: bool = False,
) -> SavedView:
    """Keep the filters in an address under a name; a view of the caller with that name is replaced.

    Raises NotAllowed for who is no member, InvalidInput for too many views.
    """
    member_id = _member(who)
    own = [view for view in await views(db, who, listing) if view.member_id == member_id]
    view = next((one for one in own if one.name == name), None)
    if view is None and len(own) >= MOST_VIEWS:
        raise InvalidInput(
            f"you have {MOST_VIEWS} views already",
            next_step="Delete one that you don't use, then save again.",
        )
    if view is None:
        view = SavedView(
            id=uuid7(),
            organization_id=who.organization_id,
            member_id=member_id,
            listing=listing,
            name=name,
            query="",
            created_at=now,
        )
        db.add(view)
    is_default = is_default or (view.is_default and view.is_shared == is_shared)
    view.is_default = False
    view.query, view.is_shared = kept_filters(listing, query), is_shared
    await db.flush()
    return await _with_default(db, view, is_default=is_default)


async def set_default(db: AsyncSession, who: Principal, view_id: UUID, *, is_default: bool) -> SavedView:
    """Open the list with this view, or not any more: a shared one for all who have no default of their own.

    Raises NotFound.
    """
    return await _with_default(db, await _changeable(db, who, view_id), is_default=is_default)


async def rename(db: AsyncSession, who: Principal, view_id: UUID, name: str) -> SavedView:
    """Raises NotFound, Conflict where another view of its member has the name."""
    view = await _changeable(db, who, view_id)
    others = await saved_views.of_list(db, view.listing, view.member_id)
    if any(one.name == name and one.member_id == view.member_id and one.id != view.id for one in others):
        raise Conflict(f"there is a view called “{name}” already", next_step="Choose another name.")
    view.name = name
    await db.flush()
    return view


async def delete(db: AsyncSession, who: Principal, view_id: UUID) -> SavedView:
    """Raises NotFound."""
    view = await _changeable(db, who, view_id)
    await db.delete(view)
    await db.flush()
    return view


def kept_filters(listing: ViewedList, query: str) -> str:
    """Those of an address's parameters that are filters of the list and change it, in a fixed order."""
    given = dict(one for one in parse_qsl(query.lstrip("?")) if one not in _AS_WITHOUT)
    return urlencode({name: given[name] for name in FILTERS[listing] if given.get(name)})


async def _with_default(db: AsyncSession, view: SavedView, *, is_default: bool) -> SavedView:
    if is_default:
        await saved_views.clear_default(db, view.listing, view.member_id, of_shared=view.is_shared)
    view.is_default = is_default
    await db.flush()
    return view


async def _changeable(db: AsyncSession, who: Principal, view_id: UUID) -> SavedView:
    view = await db.get(SavedView, view_id)
    if view is None or not may_change(who, view):
        raise NotFound("you have no such view")
    return view


def _member(who: Principal) -> UUID:
    if not has_views(who) or who.person_id is None:
        raise NotAllowed(
            "views belong to members of the organization",
            next_step="Keep the address as a bookmark: it has the filters in it.",
        )
    return who.person_id
