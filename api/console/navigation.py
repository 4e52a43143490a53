"""The main navigation: one list, of which everybody sees what is theirs."""

from collections.abc import Collection
from dataclasses import dataclass

ADMIN, OPS, INSTRUCTOR = "admin", "ops", "instructor"


@dataclass(frozen=True)
class Item:
    title: str
    path: str
    roles: frozenset[str]

    def holds(self, path: str) -> bool:
        """Whether a page belongs to this part of the console."""
        return path == self.path or path.startswith(f"{self.path}/")


@dataclass(frozen=True)
class Viewer:
    """The signed-in person, as the page's head shows them. A page finds it in `request.state.viewer`."""

    name: str
    roles: frozenset[str]
    sign_out: str = "/sign-out"  # a form is posted there


def _item(title: str, *roles: str) -> Item:
    return Item(title, f"/{title.lower()}", frozenset(roles))


ITEMS = (
    _item("Today", ADMIN, OPS, INSTRUCTOR),
    _item("Review", ADMIN, OPS, INSTRUCTOR),
    _item("People", ADMIN, OPS),
    _item("Courses", ADMIN, OPS),
    _item("Exceptions", ADMIN, OPS),
    _item("Outbox", ADMIN, OPS),
    _item("Settings", ADMIN),
)


def items_for(viewer: Viewer | None, served: Collection[str]) -> list[Item]:
    """What this viewer may open, of the pages that are served. The holder of a desk link sees all."""
    return [
        item
        for item in ITEMS
        if item.path in served and (viewer is None or not item.roles.isdisjoint(viewer.roles))
    ]
