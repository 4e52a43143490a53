"""The bar of saved views above a list: which there are, which one the address shows, and which opens by default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from console.frame.rendering import by_htmx
from domain.people.access import Principal
from models.saved_view import SavedView, ViewedList
from services import saved_views

PATHS: Mapping[ViewedList, tuple[str, str, str]] = {
    ViewedList.BOARD: ("/today", "/today?hours=24", "Today"),
    ViewedList.CLASSES: ("/classes", "/classes?when=coming", "Classes"),
}
"""Of each list its path, its address without a view, and its title."""


@dataclass(frozen=True)
class ViewBar:
    listing: ViewedList
    views: Sequence[SavedView]  # that the reader sees, by name
    changeable: Sequence[SavedView]  # of these
    default: SavedView | None
    may_save: bool
    here: str  # the filters in the address
    opens: str  # the address of the default view, where the page was opened without filters; else empty

    @property
    def path(self) -> str:
        return PATHS[self.listing][0]

    @property
    def all_url(self) -> str:
        return PATHS[self.listing][1]

    @property
    def title(self) -> str:
        return PATHS[self.listing][2]

    @property
    def shows_all(self) -> bool:
        return self.here in ("", self.all_url.partition("?")[2])


async def load(db: AsyncSession, who: Principal, listing: ViewedList, request: Request) -> ViewBar:
    views = await saved_views.views(db, who, listing)
    default = saved_views.default_of(views)
    is_bare = not request.query_params and not by_htmx(request)
    return ViewBar(
        listing,
        views,
        [view for view in views if saved_views.may_change(who, view)],
        default,
        saved_views.has_views(who),
        saved_views.kept_filters(listing, request.url.query),
        url_of(default) if default and default.query and is_bare else "",
    )


def url_of(view: SavedView) -> str:
    """The address of the list with the view's filters."""
    path, every, _ = PATHS[view.listing]
    return f"{path}?{view.query}" if view.query else every
